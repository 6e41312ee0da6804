import assert from "node:assert/strict";
import { test } from "node:test";
import { inputLeaves } from "../../../mixer/api/generated/vocabulary.ts";
import { checkInputPath } from "../../../mixer/api/input-paths.ts";

test("takes every path of the document, and every path above one", () => {
	for (const { path } of inputLeaves) {
		for (let length = 0; length <= path.length; length++) {
			assert.deepEqual(checkInputPath(path.slice(0, length)), { ok: true }, path.slice(0, length).join("."));
		}
	}
});

const good = [
	"request.headers.x-role",
	"request.header_values.x-role",
	"request.header_values.x-role.0",
	"request.path_segments.10",
	"attributes.request.http.headers.requets",
	"parsed_query.a.0",
	"attributes.metadataContext.filterMetadata.a/b.0.c",
	"parsed_body.a.b",
];

for (const path of good) {
	test(`takes ${path}`, () => {
		assert.deepEqual(checkInputPath(path.split(".")), { ok: true });
	});
}

const http = [
	...["body", "fragment", "headers", "host", "id", "method", "path", "protocol", "query", "rawBody", "scheme", "size"],
];
const bad: readonly (readonly [path: string, have: string, wantOneOf: readonly string[]])[] = [
	["attributes.request.http.header.x-role", "header", http],
	[
		"requets.method",
		"requets",
		[
			"attributes",
			"connection",
			"context",
			"destination",
			"parsed_body",
			"parsed_path",
			"parsed_query",
			"request",
			"route",
			"source",
			"source_principal",
			"trace",
			"truncated_body",
			"version",
		],
	],
	[
		"response.code",
		"response",
		[
			"attributes",
			"connection",
			"context",
			"destination",
			"parsed_body",
			"parsed_path",
			"parsed_query",
			"request",
			"route",
			"source",
			"source_principal",
			"trace",
			"truncated_body",
			"version",
		],
	],
	["trace.identity", "identity", ["id", "parent_span_id", "sampled", "span_id"]],
	["request.method.x", "x", []],
	["request.headers.x-role.0", "0", []],
	["request.path_segments.first", "first", ["a number"]],
	["request.path_segments.01", "01", ["a number"]],
	["request.header_values.x-role.first", "first", ["a number"]],
	["request.header_values.x-role.0.x", "x", []],
];

for (const [path, have, wantOneOf] of bad) {
	test(`refuses ${path}`, () => {
		assert.deepEqual(checkInputPath(path.split(".")), { ok: false, have, wantOneOf });
	});
}
