package main

import (
	"bufio"
	"encoding/json"
	"io"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"github.com/open-policy-agent/opa/v1/ast"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/structpb"
)

// question is a request as far as its input is made of path, headers, body and metadata.
type question struct {
	Path     string                    `json:"path"`
	Headers  map[string]string         `json:"headers"`
	Body     []byte                    `json:"body"`
	Metadata map[string]map[string]any `json:"metadata"`
}

// answer is the input's parts, or why there are none.
type answer struct {
	Input any    `json:"input,omitempty"`
	Error string `json:"error,omitempty"`
}

// parseLines answers a question on each line with a line.
func parseLines(in io.Reader, out io.Writer, files *protoregistry.Files) error {
	decoder := json.NewDecoder(bufio.NewReader(in))
	encoder := json.NewEncoder(out)
	for {
		var asked question
		if err := decoder.Decode(&asked); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		reply, err := asked.answer(files)
		if err != nil {
			reply = answer{Error: err.Error()}
		}
		if err := encoder.Encode(reply); err != nil {
			return err
		}
	}
}

func (q *question) answer(files *protoregistry.Files) (answer, error) {
	metadata := map[string]*structpb.Struct{}
	for name, fields := range q.Metadata {
		var err error
		if metadata[name], err = structpb.NewStruct(fields); err != nil {
			return answer{}, err
		}
	}
	http := &authv3.AttributeContext_HttpRequest{Path: q.Path, Headers: q.Headers, RawBody: q.Body}
	input, err := inputOf(&authv3.CheckRequest{Attributes: &authv3.AttributeContext{
		Request:         &authv3.AttributeContext_Request{Http: http},
		MetadataContext: &corev3.Metadata{FilterMetadata: metadata},
	}}, files)
	if err != nil {
		return answer{}, err
	}
	value, err := ast.InterfaceToValue(input)
	if err != nil {
		return answer{}, err
	}
	document, err := ast.JSON(value)
	return answer{Input: document}, err
}
