import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ProxyAccess, type ProxyRule, USES } from "../../citadel/proxy-access.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const gateway = "spiffe://cluster.local/ns/edge/sa/gateway";
const validTo = "Mar  1 12:00:00 2026 GMT";

function access(rules: readonly ProxyRule[] | undefined, nowMs = NOW) {
	const made = new ProxyAccess({ rules, now: () => nowMs });
	const ask = (names: string, use: (typeof USES)[number], node?: string) =>
		made.refusal(made.meet({ subjectAltName: names, validTo }), use, node);
	return { made, ask };
}

describe("without a list", () => {
	test("every certificate with a name may use all", () => {
		const { ask } = access(undefined);
		for (const use of USES) assert.equal(ask(`URI:${gateway}`, use, "edge/gateway"), undefined);
		assert.equal(ask("DNS:gw.example.com", "check", "gw.example.com/2"), undefined);
	});

	test("a certificate without a name may use nothing", () => {
		const why = "the client's certificate names no proxy: it needs a SPIFFE ID or a DNS name";
		const { made, ask } = access(undefined);
		assert.equal(ask("IP Address:10.0.0.1", "check", "x"), why);
		assert.equal(made.refusal(made.meet(undefined), "check", undefined), why);
	});

	for (const node of ["gateway", "edge/gateway-2", "edge", "other/gateway", "edge/gatewa", "EDGE/gateway", ""]) {
		test(`nobody speaks for another proxy: ${JSON.stringify(node)}`, () => {
			const rule = "its node.id must be edge/gateway or edge/gateway/…";
			const why = `${gateway} may not call itself ${JSON.stringify(node)}: ${rule}`;
			assert.equal(access(undefined).ask(`URI:${gateway}`, "report", node), why);
		});
	}

	test("what has expired while its connection lasts may use nothing, but is not told that there is nothing", () => {
		const { made, ask } = access(undefined, NOW + 1);
		const why = `the certificate of ${gateway} expired at 2026-03-01T12:00:00.000Z`;
		assert.equal(ask(`URI:${gateway}`, "check"), why);
		const proxy = made.meet({ subjectAltName: `URI:${gateway}`, validTo });
		assert.equal(made.rulingAgainst(proxy, "discover", "edge/gateway"), undefined);
		assert.equal(access(undefined).ask(`URI:${gateway}`, "check"), undefined);
	});
});

describe("with a list", () => {
	const rules: ProxyRule[] = [
		{ identity: gateway, nodes: ["gateway-*", "old"], may: ["check", "discover"] },
		{ identity: "spiffe://*/ns/apps/sa/*", may: [...USES] },
		{ identity: "*.example.com", may: ["report"] },
	];
	const { made, ask } = access(rules);
	const refused = { name: gateway };

	for (const [who, use, node] of [
		[`URI:${gateway}`, "check", "gateway-7d9f"],
		[`URI:${gateway}`, "discover", "old"],
		["URI:spiffe://other.org/ns/apps/sa/books", "report", "apps/books/1"],
		["DNS:a.example.com", "report", "a.example.com"],
		["DNS:other, DNS:a.example.com", "report", "other"],
	] as const) {
		test(`${who} may ${use} as ${node}`, () => assert.equal(ask(who, use, node), undefined));
	}

	for (const [who, use, node, why] of [
		[
			"URI:spiffe://cluster.local/ns/edge/sa/other",
			"check",
			undefined,
			"spiffe://cluster.local/ns/edge/sa/other is not listed in spec.tls.proxies",
		],
		[
			"URI:spiffe://cluster.local/ns/edge/sa/gateway/x",
			"check",
			undefined,
			"spiffe://cluster.local/ns/edge/sa/gateway/x is not listed in spec.tls.proxies",
		],
		[
			"URI:spiffe://a/b/ns/apps/sa/books",
			"check",
			undefined,
			"spiffe://a/b/ns/apps/sa/books is not listed in spec.tls.proxies",
		],
		["DNS:example.com", "report", undefined, "example.com is not listed in spec.tls.proxies"],
		["DNS:aXexample.com", "report", undefined, "axexample.com is not listed in spec.tls.proxies"],
		["DNS:a.example.com", "check", undefined, "a.example.com may not check: spec.tls.proxies does not say so"],
		[`URI:${gateway}`, "report", undefined, `${refused.name} may not report: spec.tls.proxies does not say so`],
		[
			`URI:${gateway}`,
			"check",
			"edge/gateway",
			`${refused.name} may not call itself "edge/gateway": spec.tls.proxies[].nodes has no such node.id for it`,
		],
		[
			`URI:${gateway}`,
			"check",
			"gateway-a/b",
			`${refused.name} may not call itself "gateway-a/b": spec.tls.proxies[].nodes has no such node.id for it`,
		],
	] as const) {
		test(`${who} may not ${use} as ${node}`, () => assert.equal(ask(who, use, node), why));
	}

	test("another list holds from then on", () => {
		made.change([{ identity: gateway, may: ["report"] }]);
		assert.equal(ask(`URI:${gateway}`, "report", "edge/gateway"), undefined);
		assert.notEqual(ask("URI:spiffe://other.org/ns/apps/sa/books", "report", "apps/books"), undefined);
	});
});

describe("quotas", () => {
	const rules: ProxyRule[] = [
		{ identity: gateway, nodes: ["one"], may: ["check"], quotas: ["reads"] },
		{ identity: gateway, nodes: ["two"], may: ["check"], quotas: ["writes"] },
		{ identity: gateway, nodes: ["two"], may: ["report"] },
		{ identity: "a.example.com", may: ["check"], quotas: [] },
		{ identity: "b.example.com", may: ["check"] },
	];
	const { made } = access(rules);
	const ruling = (names: string | undefined, node: string, quota: string) => {
		const proxy = made.meet(names === undefined ? undefined : { subjectAltName: names, validTo });
		return made.quotaRuling(proxy, node)(quota);
	};
	const why = (name: string, quota: string) =>
		`${name} may not draw on the quota ${quota}: spec.tls.proxies[].quotas does not name it`;

	for (const [who, node, quota, expected] of [
		[`URI:${gateway}`, "one", "reads", undefined],
		[`URI:${gateway}`, "one", "writes", why(gateway, "writes")],
		[`URI:${gateway}`, "two", "writes", undefined],
		[`URI:${gateway}`, "two", "reads", why(gateway, "reads")],
		[`URI:${gateway}`, "three", "reads", why(gateway, "reads")],
		["DNS:a.example.com", "a.example.com", "reads", why("a.example.com", "reads")],
		["DNS:b.example.com", "b.example.com/1", "reads", undefined],
		["DNS:c.example.com", "c.example.com", "reads", why("c.example.com", "reads")],
		[undefined, "one", "reads", "the client's certificate names no proxy: it needs a SPIFFE ID or a DNS name"],
	] as const) {
		test(`${who} as ${node}: ${quota} ${expected === undefined ? "may be drawn on" : "may not"}`, () => {
			assert.equal(ruling(who, node, quota), expected);
		});
	}

	test("without a list are for every proxy that has a name", () => {
		const { made } = access(undefined);
		assert.equal(made.quotaRuling(made.meet({ subjectAltName: "DNS:x.y", validTo }), "x.y")("reads"), undefined);
	});
});
