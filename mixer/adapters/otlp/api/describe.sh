#!/bin/sh
# Makes otlp.binpb again: these types, and what they need, out of the Go module that go.mod names.
set -eu
cd "$(dirname "$0")"
descriptors=$(mktemp)
trap 'rm -f "$descriptors"' EXIT
GOWORK=off go run . >"$descriptors"
../../../../node_modules/.bin/buf build "$descriptors#format=binpb" --as-file-descriptor-set --output otlp.binpb \
	--type opentelemetry.proto.collector.trace.v1.TraceService \
	--type opentelemetry.proto.collector.metrics.v1.MetricsService \
	--type opentelemetry.proto.collector.logs.v1.LogsService \
	--type google.rpc.Status \
	--type google.rpc.RetryInfo
