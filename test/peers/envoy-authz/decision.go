package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/structpb"
)

// responseTo reads a decision. Each field is read only where it means something, and a wrong type is an error.
func responseTo(value any) (*authv3.CheckResponse, error) {
	switch decision := value.(type) {
	case bool:
		code := codes.PermissionDenied
		if decision {
			code = codes.OK
		}
		return &authv3.CheckResponse{Status: &status.Status{Code: int32(code)}}, nil
	case map[string]any:
		return object(decision).response()
	default:
		return nil, fmt.Errorf("a decision of type %T", value)
	}
}

type object map[string]any

func (o object) response() (*authv3.CheckResponse, error) {
	allow, ok := o["allowed"].(bool)
	if !ok {
		return nil, errors.New("allowed is no boolean")
	}
	headers, err := o.headers("headers")
	if err != nil {
		return nil, err
	}
	metadata, err := o.metadata()
	if err != nil {
		return nil, err
	}
	answer := o.denial
	if allow {
		answer = o.allowance
	}
	response, err := answer(headers)
	if err != nil {
		return nil, err
	}
	response.DynamicMetadata = metadata
	return response, nil
}

func (o object) allowance(headers []*corev3.HeaderValueOption) (*authv3.CheckResponse, error) {
	toClient, errClient := o.headers("response_headers_to_add")
	fromRequest, errRequest := o.names("request_headers_to_remove")
	fromQuery, errQuery := o.names("query_parameters_to_remove")
	toQuery, errSet := o.parameters("query_parameters_to_set")
	return allowed(&authv3.OkHttpResponse{
		Headers:                 headers,
		HeadersToRemove:         fromRequest,
		ResponseHeadersToAdd:    toClient,
		QueryParametersToRemove: fromQuery,
		QueryParametersToSet:    toQuery,
	}), errors.Join(errClient, errRequest, errQuery, errSet)
}

func (o object) denial(headers []*corev3.HeaderValueOption) (*authv3.CheckResponse, error) {
	body, isText := o["body"].(string)
	if _, there := o["body"]; there && !isText {
		return nil, errors.New("body is no string")
	}
	code := int64(http.StatusForbidden)
	if value, there := o["http_status"]; there {
		number, ok := value.(json.Number)
		if !ok {
			return nil, errors.New("http_status is no number")
		}
		var err error
		if code, err = number.Int64(); err != nil {
			return nil, err
		}
	}
	if _, known := typev3.StatusCode_name[int32(code)]; !known || http.StatusText(int(code)) == "" {
		return nil, fmt.Errorf("there is no HTTP status %d", code)
	}
	status := &typev3.HttpStatus{Code: typev3.StatusCode(code)}
	return denied(&authv3.DeniedHttpResponse{Status: status, Headers: headers, Body: body}), nil
}

func (o object) metadata() (*structpb.Struct, error) {
	value, there := o["dynamic_metadata"]
	if !there {
		return nil, nil
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("dynamic_metadata is no object")
	}
	return structpb.NewStruct(fields)
}
