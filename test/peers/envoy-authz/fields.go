package main

import (
	"fmt"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
)

// headers reads an object of strings or lists of strings, or a list of such objects.
func (o object) headers(field string) ([]*corev3.HeaderValueOption, error) {
	value, there := o[field]
	if !there {
		return nil, nil
	}
	var options []*corev3.HeaderValueOption
	add := func(name, text string) {
		header := &corev3.HeaderValue{Key: name, Value: text}
		options = append(options, &corev3.HeaderValueOption{Header: header})
	}
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	for _, item := range list {
		if err := eachText(field, item, add); err != nil {
			return nil, err
		}
	}
	return options, nil
}

// parameters reads an object of strings or lists of strings.
func (o object) parameters(field string) ([]*corev3.QueryParameter, error) {
	value, there := o[field]
	if !there {
		return nil, nil
	}
	var parameters []*corev3.QueryParameter
	err := eachText(field, value, func(name, text string) {
		parameters = append(parameters, &corev3.QueryParameter{Key: name, Value: text})
	})
	return parameters, err
}

// names reads a list of strings.
func (o object) names(field string) ([]string, error) {
	value, there := o[field]
	if !there {
		return nil, nil
	}
	list, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf("%s is no list", field)
	}
	names := make([]string, len(list))
	for i, item := range list {
		if names[i], ok = item.(string); !ok {
			return nil, fmt.Errorf("%s holds a %T", field, item)
		}
	}
	return names, nil
}

func eachText(field string, value any, add func(name, text string)) error {
	fields, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("%s is a %T", field, value)
	}
	for name, value := range fields {
		texts, ok := value.([]any)
		if !ok {
			texts = []any{value}
		}
		for _, item := range texts {
			text, ok := item.(string)
			if !ok {
				return fmt.Errorf("%s has a %T for %s", field, item, name)
			}
			add(name, text)
		}
	}
	return nil
}
