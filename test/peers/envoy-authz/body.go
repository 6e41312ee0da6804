package main

import (
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/util"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// requestBody is what a check has of a request's body, and what says how to read it.
type requestBody struct {
	headers map[string]string
	text    string
	bytes   []byte
	path    []string
	files   *protoregistry.Files
}

// parse gives parsed_body and truncated_body. The type is looked for anywhere in the header, case and all.
func (b *requestBody) parse() (parsed any, truncated bool, err error) {
	if b.headers["x-envoy-auth-partial-body"] == "true" {
		return nil, true, nil
	}
	contentType, ok := b.headers["content-type"]
	switch {
	case !ok:
		return nil, false, nil
	case strings.Contains(contentType, "application/json"):
		return b.parseText(parseJSON)
	case strings.Contains(contentType, "application/grpc"):
		return b.parseGRPC()
	case strings.Contains(contentType, "application/x-www-form-urlencoded"):
		return b.parseText(parseForm)
	case strings.Contains(contentType, "multipart/form-data"):
		return b.parseText(func(text string) (any, error) { return parseMultipart(contentType, text) })
	default:
		return nil, false, nil
	}
}

// parseText parses a body that came as text or as bytes; an empty one is null, and so is one that is not whole.
func (b *requestBody) parseText(parse func(string) (any, error)) (any, bool, error) {
	text := b.text
	if text == "" {
		text = string(b.bytes)
	}
	if text == "" {
		return nil, false, nil
	}
	if length, ok := b.headers["content-length"]; ok {
		announced, err := strconv.ParseInt(length, 10, 64)
		if err != nil {
			return nil, false, err
		}
		if announced > int64(len(text)) {
			return nil, true, nil
		}
	}
	parsed, err := parse(text)
	return parsed, false, err
}

func parseJSON(text string) (parsed any, err error) {
	err = util.UnmarshalJSON([]byte(text), &parsed)
	return parsed, err
}

func parseForm(text string) (any, error) {
	values, err := url.ParseQuery(text)
	return map[string][]string(values), err
}

func parseMultipart(contentType, text string) (any, error) {
	_, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, err
	}
	boundary, ok := parameters["boundary"]
	if !ok {
		return nil, nil
	}
	values := map[string][]any{}
	reader := multipart.NewReader(strings.NewReader(text), boundary)
	for {
		part, err := reader.NextPart()
		if err == io.EOF {
			return values, nil
		}
		if err != nil {
			return nil, err
		}
		name := part.FormName()
		if name == "" {
			continue
		}
		value, err := parsePart(part)
		if err != nil {
			return nil, err
		}
		values[name] = append(values[name], value)
	}
}

func parsePart(part *multipart.Part) (any, error) {
	bytes, err := io.ReadAll(part)
	if err != nil || !strings.Contains(part.Header.Get("Content-Type"), "application/json") {
		return string(bytes), err
	}
	return parseJSON(string(bytes))
}
