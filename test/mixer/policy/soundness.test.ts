import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { InputPath } from "../../../mixer/policy/requirements.ts";
import { scaled } from "../../support/scale.ts";
import { opaEval } from "./opa-eval.ts";
import { buildDir, examplePolicies, policyFolder } from "./policy-folder.ts";

const text = fc.constantFrom("GET", "POST", "a", "b", "books", "admin", "reader", "librarian", "", "reader,librarian");

/** Requests as the input document shows them, each fact under its two names. */
const input = fc
	.record({
		method: text,
		headers: fc.dictionary(fc.constantFrom("x-role", "x-a", "x-b", "GET", "a"), text),
		segments: fc.array(text, { maxLength: 3 }),
		host: text,
		scheme: text,
	})
	.map(({ method, headers, segments, host, scheme }) => ({
		attributes: { request: { http: { method, headers, host, scheme } } },
		request: { method, headers, path_segments: segments, host, scheme },
	}));

/** Rego that reads the input in roundabout ways. */
const roundabout = `package shop.authz

http := input.attributes.request.http

field(doc, name) := doc[name]

header(name) := object.get(http.headers, name, "none")

keys := {"x-a", "x-b"}

known[k] := header(k) if some k in keys

by_method.GET := field(input.request, "scheme")

by_method.POST := object.get(input, ["request", "headers", input.request.method], input.request.host)

chosen := found if {
	found := by_method[http.method]
} else := http.headers[input.request.path_segments[0]] if {
	not http.headers["x-b"]
} else := {"segments": [s | some s in input.request.path_segments; s != http.host]}

replaced := m if m := chosen with input.attributes.request.http.method as "POST"

decision := {
	"a": header("x-role"),
	"b": known,
	"c": object.get({"chosen": chosen}, "chosen", "none"),
	"d": [r | r := replaced],
	"e": count([1 | input.request.headers["x-a"] == field(http, "method")]),
}
`;

test("a policy decides the same without the paths it does not require", async (context) => {
	const dir = await policyFolder(context, { "shop/authz.rego": roundabout });
	await assertSame({ dir, bundle: `${dir}/shop`, rule: "data.shop.authz.decision" });
});

test("the bookstore decides the same without the paths it does not require", async () => {
	await assertSame({
		dir: examplePolicies,
		bundle: `${examplePolicies}/bookstore`,
		rule: "data.bookstore.authz.decision",
	});
});

async function assertSame({ dir, bundle, rule }: { dir: string; bundle: string; rule: string }): Promise<void> {
	const build = await buildDir(dir);
	const paths = build.requirements.policies[0]?.inputs ?? [];
	const inputs = fc.sample(input, { numRuns: scaled({ quick: 300, full: 10_000 }), seed: 7 });
	const whole = await opaEval({ dir: bundle, rule, inputs });
	const reduced = await opaEval({ dir: bundle, rule, inputs: inputs.map((full) => reduce(full, paths)) });
	assert.ok(new Set(whole.map((decision) => JSON.stringify(decision))).size >= 4);
	assert.deepEqual(reduced, whole);
}

/** The input with the required paths alone, and the objects on the way to them, as the filter makes it. */
function reduce(full: object, paths: readonly InputPath[]): object {
	const out = {};
	for (const path of paths) copyPath(full, out, path);
	return out;
}

function copyPath(from: unknown, to: object, [name, ...rest]: InputPath): void {
	if (name === undefined) return;
	const value: unknown = typeof from === "object" && from !== null ? Reflect.get(from, name) : undefined;
	if (rest.length === 0) {
		if (value !== undefined) Reflect.set(to, name, value);
		return;
	}
	const there: unknown = Reflect.get(to, name);
	const below = typeof there === "object" && there !== null ? there : {};
	Reflect.set(to, name, below);
	copyPath(value, below, rest);
}
