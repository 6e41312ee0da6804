import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { identityOf } from "../../citadel/identity.ts";

const gateway = "spiffe://cluster.local/ns/edge/sa/gateway";

describe("the identity in a certificate", () => {
	for (const { names, is, nodes } of [
		{ names: `URI:${gateway}`, is: [gateway], nodes: ["edge/gateway"] },
		{ names: `DNS:gw, URI:${gateway}, IP Address:10.0.0.1`, is: [gateway], nodes: ["edge/gateway"] },
		{ names: "URI:spiffe://example.org/edge", is: ["spiffe://example.org/edge"], nodes: ["edge"] },
		{
			names: "DNS:Gateway.Example.com, DNS:gw",
			is: ["gateway.example.com", "gw"],
			nodes: ["gateway.example.com", "gw"],
		},
	]) {
		test(names, () => {
			assert.deepEqual(identityOf({ subjectAltName: names }), { names: is, name: is[0], nodes });
		});
	}

	for (const [why, subjectAltName] of [
		["no name at all", undefined],
		["an address alone", "IP Address:10.0.0.1"],
		["two URIs", `URI:${gateway}, URI:spiffe://cluster.local/ns/edge/sa/other`],
		["a URI of another kind, beside a DNS name", "URI:https://example.com/, DNS:gw"],
		["no path", "URI:spiffe://cluster.local"],
		["an empty segment", "URI:spiffe://cluster.local/ns//sa/gateway"],
		["a way up", "URI:spiffe://cluster.local/ns/edge/sa/.."],
		["a query", `URI:${gateway}?x`],
		["a port", "URI:spiffe://cluster.local:80/ns/edge/sa/gateway"],
		["a text that looks like more names, as Node quotes it", `DNS:"x, URI:${gateway}", URI:"y"`],
	] as const) {
		test(`is none: ${why}`, () => {
			assert.equal(identityOf({ subjectAltName }), undefined);
		});
	}

	test("a name that looks like two is one", () => {
		const subjectAltName = `DNS:"evil, URI:${gateway}"`;
		assert.deepEqual(identityOf({ subjectAltName })?.names, [`evil, uri:${gateway}`]);
	});
});
