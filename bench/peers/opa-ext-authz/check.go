package main

import (
	"context"
	"encoding/json"
	"fmt"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
)

// checks is the service that Envoy asks. A failure is an error of the call, which Envoy denies.
type checks struct {
	authv3.UnimplementedAuthorizationServer
	decider *decider
}

func (c *checks) Check(ctx context.Context, request *authv3.CheckRequest) (*authv3.CheckResponse, error) {
	input, err := inputOf(request)
	if err != nil {
		return nil, err
	}
	value, err := c.decider.decide(ctx, input)
	if err != nil {
		return nil, err
	}
	decision, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the decision is %T, not an object", value)
	}
	if allowed, _ := decision["allowed"].(bool); allowed {
		return allow(decision), nil
	}
	return deny(decision), nil
}

func allow(decision map[string]any) *authv3.CheckResponse {
	return &authv3.CheckResponse{
		Status: &status.Status{Code: int32(codes.OK)},
		HttpResponse: &authv3.CheckResponse_OkResponse{OkResponse: &authv3.OkHttpResponse{
			Headers:              headers(decision["headers"]),
			ResponseHeadersToAdd: headers(decision["response_headers_to_add"]),
		}},
	}
}

func deny(decision map[string]any) *authv3.CheckResponse {
	code := int32(403)
	if number, ok := decision["http_status"].(json.Number); ok {
		if integer, err := number.Int64(); err == nil {
			code = int32(integer)
		}
	}
	body, _ := decision["body"].(string)
	return &authv3.CheckResponse{
		Status: &status.Status{Code: int32(codes.PermissionDenied)},
		HttpResponse: &authv3.CheckResponse_DeniedResponse{DeniedResponse: &authv3.DeniedHttpResponse{
			Status:  &typev3.HttpStatus{Code: typev3.StatusCode(code)},
			Headers: headers(decision["headers"]),
			Body:    body,
		}},
	}
}

func headers(value any) []*corev3.HeaderValueOption {
	fields, _ := value.(map[string]any)
	options := make([]*corev3.HeaderValueOption, 0, len(fields))
	for name, text := range fields {
		header := &corev3.HeaderValue{Key: name, Value: fmt.Sprint(text)}
		options = append(options, &corev3.HeaderValueOption{Header: header})
	}
	return options
}
