package main

import (
	"encoding/json"
	"net/url"
	"strings"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/protobuf/encoding/protojson"
)

// inputOf makes the document that OPA's Envoy plugin makes: the check's attributes in protobuf's JSON, the path and the
// query taken apart. Beside it stands input.request.path_segments, so that the very same policy runs here.
func inputOf(request *authv3.CheckRequest) (map[string]any, error) {
	text, err := protojson.Marshal(request)
	if err != nil {
		return nil, err
	}
	input := map[string]any{}
	if err := json.Unmarshal(text, &input); err != nil {
		return nil, err
	}
	parsed, err := url.Parse(request.GetAttributes().GetRequest().GetHttp().GetPath())
	if err != nil {
		return nil, err
	}
	segments := segmentsOf(parsed.Path)
	input["parsed_path"] = segments
	input["parsed_query"] = queryOf(parsed.Query())
	input["version"] = map[string]any{"encoding": "protojson", "ext_authz": "v3"}
	input["request"] = map[string]any{"path_segments": segments}
	return input, nil
}

func segmentsOf(path string) []any {
	segments := []any{}
	for segment := range strings.SplitSeq(strings.TrimLeft(path, "/"), "/") {
		segments = append(segments, segment)
	}
	return segments
}

func queryOf(values url.Values) map[string]any {
	query := map[string]any{}
	for name, list := range values {
		texts := make([]any, len(list))
		for i, text := range list {
			texts[i] = text
		}
		query[name] = texts
	}
	return query
}
