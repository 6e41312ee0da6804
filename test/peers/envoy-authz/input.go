package main

import (
	"net/url"
	"strings"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// inputOf makes the policy's input of a check: its attributes, and beside them what is taken apart of the request. An
// error means that the request is answered 400.
func inputOf(request *authv3.CheckRequest, files *protoregistry.Files) (map[string]any, error) {
	input := objectOf(request.ProtoReflect())
	input["version"] = map[string]any{"ext_authz": "v3", "encoding": "protojson"}
	attributes := request.GetAttributes()
	http := attributes.GetRequest().GetHttp()
	path, query, err := splitPath(http.GetPath())
	if err != nil {
		return nil, err
	}
	input["parsed_path"] = path
	input["parsed_query"] = query
	body := requestBody{
		headers: http.GetHeaders(),
		text:    http.GetBody(),
		bytes:   http.GetRawBody(),
		path:    path,
		files:   files,
	}
	if input["parsed_body"], input["truncated_body"], err = body.parse(); err != nil {
		return nil, err
	}
	if principal := attributes.GetSource().GetPrincipal(); principal != "" {
		input["source_principal"] = principal
	}
	return input, nil
}

func splitPath(target string) ([]string, map[string]any, error) {
	path, query, _ := strings.Cut(target, "?")
	decoded, err := url.PathUnescape(path)
	if err != nil {
		return nil, nil, err
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, nil, err
	}
	parameters := map[string]any{}
	for name, list := range values {
		parameters[name] = list
	}
	return strings.Split(strings.TrimLeft(decoded, "/"), "/"), parameters, nil
}
