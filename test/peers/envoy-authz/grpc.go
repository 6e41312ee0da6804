package main

import (
	"encoding/binary"
	"errors"
	"os"

	"github.com/open-policy-agent/opa/v1/util"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// frameHead is what stands before each message of a gRPC stream: whether it is compressed, and its size.
const frameHead = 5

func readDescriptors(file string) (*protoregistry.Files, error) {
	if file == "" {
		return nil, nil
	}
	bytes, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(bytes, &set); err != nil {
		return nil, err
	}
	return protodesc.NewFiles(&set)
}

// parseGRPC parses the first message of a call of which the descriptors know the method.
func (b *requestBody) parseGRPC() (any, bool, error) {
	if b.files == nil || len(b.bytes) == 0 {
		return nil, false, nil
	}
	if len(b.path) != 2 {
		return nil, false, errors.New("the path of a gRPC call has two segments")
	}
	if len(b.bytes) < frameHead {
		return nil, false, errors.New("less than a frame's head")
	}
	if b.bytes[0] != 0 {
		return nil, false, nil
	}
	size := uint64(binary.BigEndian.Uint32(b.bytes[1:frameHead]))
	if size > uint64(len(b.bytes)-frameHead) {
		return nil, true, nil
	}
	message := b.input()
	if message == nil {
		return nil, false, nil
	}
	parsed, err := parseMessage(b.bytes[frameHead:frameHead+size], message)
	return parsed, false, err
}

// input is the message that the called method takes; nil where it is not known or takes a stream.
func (b *requestBody) input() protoreflect.MessageDescriptor {
	found, err := b.files.FindDescriptorByName(protoreflect.FullName(b.path[0]))
	if err != nil {
		return nil
	}
	service, ok := found.(protoreflect.ServiceDescriptor)
	if !ok {
		return nil
	}
	method := service.Methods().ByName(protoreflect.Name(b.path[1]))
	if method == nil || method.IsStreamingClient() {
		return nil
	}
	return method.Input()
}

func parseMessage(bytes []byte, descriptor protoreflect.MessageDescriptor) (parsed any, err error) {
	message := dynamicpb.NewMessage(descriptor)
	if err := proto.Unmarshal(bytes, message); err != nil {
		return nil, err
	}
	text, err := protojson.Marshal(message)
	if err != nil {
		return nil, err
	}
	err = util.Unmarshal(text, &parsed)
	return parsed, err
}
