#!/bin/sh
# Makes envoy.binpb again: these types, and what they need, out of the Go module that go.mod names.
set -eu
cd "$(dirname "$0")"
descriptors=$(mktemp)
trap 'rm -f "$descriptors"' EXIT
GOWORK=off go run . >"$descriptors"
../../node_modules/.bin/buf build "$descriptors#format=binpb" --as-file-descriptor-set --output envoy.binpb \
	--type envoy.service.discovery.v3.AggregatedDiscoveryService \
	--type envoy.service.extension.v3.ExtensionConfigDiscoveryService \
	--type envoy.config.core.v3.TypedExtensionConfig \
	--type envoy.extensions.filters.http.wasm.v3.Wasm \
	--type envoy.extensions.filters.network.wasm.v3.Wasm
