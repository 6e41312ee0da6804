import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checks, get, policy, question, sealed, startFilter } from "../support/filter-host.ts";

/** The names of the Policies a request is put to; "denied" and "allowed" where none is asked. */
async function asked(targets: Record<string, readonly object[]>, path: string, fields: object = {}): Promise<string> {
	const policies = Object.entries(targets).map(([name, of]) => policy({ name, entrypoint: name, targets: of }));
	const host = await startFilter({ policies, ...fields }, { properties: { "destination.port": 8080 } });
	const stream = get(host, path);
	const [call] = checks(host);
	if (call !== undefined) return question(call).entrypoints.join(" ");
	return sealed(stream) ? "allowed" : `denied ${stream.localResponse?.status} ${stream.localResponse?.details}`;
}

const DENIED = "denied 403 sluice_denied";

describe("a target", () => {
	const cases: [name: string, target: object, path: string, matches: boolean][] = [
		["without fields matches every request", {}, "/", true],
		["matches its port", { listenerPort: 8080 }, "/", true],
		["does not match another port", { listenerPort: 8081 }, "/", false],
		["matches its host", { host: "shop.example" }, "/", true],
		["does not match another host", { host: "shop.example.org" }, "/", false],
		["matches a name below its suffix", { host: "*.example" }, "/", true],
		["does not match the suffix's own name", { host: "*.shop.example" }, "/", false],
		["matches its path", { pathPrefix: "/admin" }, "/admin", true],
		["matches a path below", { pathPrefix: "/admin" }, "/admin/users", true],
		["with a slash at its end is the same", { pathPrefix: "/admin/" }, "/admin", true],
		["does not match a longer segment", { pathPrefix: "/admin" }, "/administrator", false],
		["never sees the query", { pathPrefix: "/admin" }, "/?x=/admin", false],
		["matches a path followed by a query", { pathPrefix: "/admin" }, "/admin?x=1", true],
		["matches however its escapes are spelt", { pathPrefix: "/caf%C3%A9" }, "/caf%C3%A9/menu", true],
		["the root matches every path", { pathPrefix: "/" }, "/any", true],
		["matches this Envoy's workload", { workload: "shop" }, "/", true],
		["does not match another workload", { workload: "till" }, "/", false],
		["needs all its fields to match", { pathPrefix: "/admin", listenerPort: 8081 }, "/admin", false],
	];
	for (const [name, target, path, matches] of cases) {
		test(name, async () => assert.equal(await asked({ p: [target] }, path), matches ? "p" : DENIED));
	}

	test("is one of several: any that matches selects the Policy", async () => {
		assert.equal(await asked({ p: [{ pathPrefix: "/a" }, { pathPrefix: "/b" }] }, "/b"), "p");
	});
});

describe("a path that reads two ways", () => {
	test("is put to the Policies of both", async () => {
		const targets = { a: [{ pathPrefix: "/a" }], admin: [{ pathPrefix: "/admin" }] };
		assert.equal(await asked(targets, "/a/..;/admin"), "a admin");
		assert.equal(await asked(targets, "/%61dmin"), DENIED);
	});

	test("does not reach what no Policy targets by posing as a targeted path", async () => {
		assert.equal(await asked({ open: [{ pathPrefix: "/open" }] }, "/admin/..;/open"), DENIED);
		assert.equal(await asked({ open: [{ pathPrefix: "/open" }] }, "/open/..;/admin"), DENIED);
	});

	test("is put to a Policy under default: allow by either reading", async () => {
		const targets = { admin: [{ pathPrefix: "/admin" }] };
		assert.equal(await asked(targets, "/a/..;/admin", { default: "allow" }), "admin");
		assert.equal(await asked(targets, "/%61dmin", { default: "allow" }), "admin");
	});
});

describe("a request that no Policy targets", () => {
	test("is denied by default", async () => assert.equal(await asked({ p: [{ pathPrefix: "/a" }] }, "/b"), DENIED));
	test("passes, sealed, under default: allow", async () => {
		assert.equal(await asked({ p: [{ pathPrefix: "/a" }] }, "/b", { default: "allow" }), "allowed");
	});
});
