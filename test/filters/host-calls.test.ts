import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { FakeHost } from "../support/fake-host.ts";
import { get, policy, startFilter } from "../support/filter-host.ts";
import { linkRego } from "../support/linked-filter.ts";

const inputs = [["attributes", "request", "http", "headers", "x-role"]];

/** What a record has of each source: headers, Envoy's properties, the filter itself. */
const attributes = [
	"request.method",
	"context.reporter.uid",
	"response.code",
	"source.ip",
	"check.id",
	"check.revision",
];

const properties = { "xds.node.id": "envoy-1", "source.address": "10.0.0.1:40000", "response.code": 200n };

let host: FakeHost;

before(async () => {
	const modules = {
		"shop.rego": 'package shop\n\nallowed if input.attributes.request.http.headers["x-role"] != "nobody"\n',
	};
	const linked = await linkRego({ modules, entrypoints: ["shop/allowed"] });
	const shop = policy({ name: "shop", entrypoint: "shop/allowed", placement: "proxy", inputs });
	host = await startFilter({ policies: [shop], report: { attributes } }, { ...linked, properties });
	callsOf("first");
});

/** What one request makes the filter call, each with how often. */
function callsOf(role: string): Record<string, number> {
	host.module.calls.clear();
	get(host, "/", [["x-role", role]]).end();
	return Object.fromEntries([...host.module.calls].sort());
}

// Each call out of the VM costs a microsecond or two: more than what the filter itself does between two of them.
const calls = {
	proxy_get_current_time_nanoseconds: 2,
	proxy_get_header_map_pairs: 1,
	proxy_get_property: 2,
	proxy_increment_metric: 4,
	proxy_record_metric: 1,
	proxy_set_property: 1,
};

test("an evaluated request costs no more calls into Envoy than these", () => {
	assert.deepEqual(callsOf("reader"), calls);
});

test("nor does one whose decision is known", () => {
	assert.deepEqual(callsOf("reader"), calls);
});
