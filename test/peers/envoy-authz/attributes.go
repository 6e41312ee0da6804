package main

import (
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
)

// objectOf is a message by its fields' JSON names, with the values as Go has them: a 64-bit integer is a number, a
// Timestamp an object, and a Struct what it stands for. What is not set is left out.
func objectOf(message protoreflect.Message) map[string]any {
	if object, ok := message.Interface().(*structpb.Struct); ok {
		return object.AsMap()
	}
	object := map[string]any{}
	message.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		object[field.JSONName()] = fieldValue(field, value)
		return true
	})
	return object
}

func fieldValue(field protoreflect.FieldDescriptor, value protoreflect.Value) any {
	switch {
	case field.IsMap():
		entries := map[string]any{}
		value.Map().Range(func(key protoreflect.MapKey, entry protoreflect.Value) bool {
			entries[key.String()] = singleValue(field.MapValue(), entry)
			return true
		})
		return entries
	case field.IsList():
		list := value.List()
		items := make([]any, list.Len())
		for i := range items {
			items[i] = singleValue(field, list.Get(i))
		}
		return items
	default:
		return singleValue(field, value)
	}
}

func singleValue(field protoreflect.FieldDescriptor, value protoreflect.Value) any {
	if field.Kind() == protoreflect.MessageKind {
		return objectOf(value.Message())
	}
	return value.Interface()
}
