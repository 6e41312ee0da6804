package main

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

// decider is one prepared query.
type decider struct {
	query rego.PreparedEvalQuery
}

func newDecider(ctx context.Context, folder, query string) (*decider, error) {
	withoutTests := func(_ string, info fs.FileInfo, _ int) bool {
		return strings.HasSuffix(info.Name(), "_test.rego")
	}
	prepared, err := rego.New(rego.Query(query), rego.Load([]string{folder}, withoutTests)).PrepareForEval(ctx)
	if err != nil {
		return nil, err
	}
	return &decider{query: prepared}, nil
}

// decide evaluates the query. An undefined decision is an error.
func (d *decider) decide(ctx context.Context, input map[string]any) (any, error) {
	value, err := ast.InterfaceToValue(input)
	if err != nil {
		return nil, err
	}
	results, err := d.query.Eval(ctx, rego.EvalParsedInput(value))
	if err != nil {
		return nil, err
	}
	if len(results) == 0 {
		return nil, errors.New("the decision is undefined")
	}
	return results[0].Expressions[0].Value, nil
}
