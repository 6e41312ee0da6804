import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Build } from "../../../mixer/policy/requirements.ts";
import { buildDir, policyDocument } from "./policy-folder.ts";

/** What a policy reads, path by path, and which paths of the input it needs for that. */
const cases: readonly (readonly [name: string, rego: string, ...paths: string[]])[] = [
	["one path", 'decision if input.request.method == "GET"', "request.method"],
	["a header by its name", 'decision if input.request.headers["x-role"] == "a"', "request.headers.x-role"],
	[
		"a name computed by the policy",
		'name := "x-role"\ndecision := input.request.headers[name]',
		"request.headers.x-role",
	],
	[
		"a key known at run time only",
		"decision := input.request.headers[input.request.method]",
		"request.headers",
		"request.method",
	],
	["an item of a list", 'decision if input.request.path_segments[0] == "a"', "request.path_segments"],
	["all items of a list", 'decision if "a" in input.request.path_segments', "request.path_segments"],
	["a value looped over", 'decision if { some k, _ in input.request.headers; k == "a" }', "request.headers"],
	["a negated path", 'decision if not input.request.headers["x-a"]', "request.headers.x-a"],
	["whether a path is there", "decision if _ = input.request.referer", "request.referer"],
	[
		"a rule that holds a part",
		'http := input.attributes.request.http\ndecision if http.headers["x-a"] == http.method',
		"attributes.request.http.headers.x-a",
		"attributes.request.http.method",
	],
	[
		"a rule that is a part, as a whole",
		"http := input.attributes.request.http\ndecision := http",
		"attributes.request.http",
	],
	[
		"a function of the input",
		'method(doc) := doc.request.method\ndecision if method(input) == "GET"',
		"request.method",
	],
	[
		"a function of a header's name",
		'header(name) := input.request.headers[name]\ndecision if header("x-a") == header("x-b")',
		"request.headers.x-a",
		"request.headers.x-b",
	],
	[
		"object.get with a path",
		'decision if object.get(input, ["request", "headers", "x-a"], "") == "b"',
		"request.headers.x-a",
	],
	[
		"object.get with a name",
		'decision if object.get(input.request.headers, "x-a", input.request.referer) == "b"',
		"request.headers.x-a",
		"request.referer",
	],
	[
		"object.get and on from there",
		'decision if object.get(input, ["request", "headers"], {})["x-a"] == "b"',
		"request.headers.x-a",
	],
	[
		"object.get with a path in part known",
		'decision if object.get(input, ["request", "headers", input.request.host], "") == "b"',
		"request.headers",
		"request.host",
	],
	[
		"object.get with a path of a rule",
		'path := ["request", "method"]\ndecision if object.get(input, path, "") == "b"',
		"request.method",
	],
	[
		"a path below one read whole",
		"decision if { count(input.request.headers) > 1; input.request.headers.a }",
		"request.headers",
	],
	["the whole document", 'decision if json.marshal(input) == ""', ""],
	["the input within an object", "decision := {1: input.request.method}", "request.method"],
	["the input within a comprehension", "decision := [x | x := input.request.host]", "request.host"],
	[
		"both sides of an else",
		'decision := 1 if input.request.host == "a"\nelse := 2 if input.request.scheme == "b"',
		"request.host",
		"request.scheme",
	],
	[
		"a rule chosen at run time",
		'rules.a := input.request.host\nrules.b := input.request.scheme\nrules[c] := 1 if c := "c"\ndecision := rules[input.request.method]',
		"request.host",
		"request.method",
		"request.scheme",
	],
	["a package chosen at run time", "decision := data.elsewhere.other[input.request.method]", "request.method"],
	[
		"a part replaced",
		'decision if method == "PUT" with input.request.method as input.request.scheme\nmethod := input.request.method',
		"request.method",
		"request.scheme",
	],
	[
		"the whole replaced",
		'decision if method == "PUT" with input as {"request": {"method": "PUT"}}\nmethod := input.request.method',
	],
	["nothing", "decision := true"],
	["a set of paths", "decision := {input.request.host, input.request.scheme}", "request.host", "request.scheme"],
	[
		"an every",
		"decision if every s in input.request.path_segments { s != input.request.host }",
		"request.host",
		"request.path_segments",
	],
	["lists of values by name", 'decision if input.request.header_values["x-a"][_] == "b"', "request.header_values.x-a"],
];

let building: Promise<Build> | undefined;

/** All cases as Policies of one build: opa's start is what takes time. */
function buildCases(): Promise<Build> {
	building ??= (async () => {
		const dir = await mkdtemp(join(tmpdir(), "sluice-requirements-"));
		after(() => rm(dir, { recursive: true }));
		const documents = cases.map((_case, i) => {
			return policyDocument({ name: `case${i}`, bundle: `case${i}`, entrypoint: `case${i}/decision` });
		});
		await writeFile(join(dir, "sluice.yaml"), documents.join(""));
		for (const [i, [, rego]] of cases.entries()) {
			await mkdir(join(dir, `case${i}`));
			await writeFile(join(dir, `case${i}`, "case.rego"), `package case${i}\n\n${rego}\n`);
		}
		return buildDir(dir);
	})();
	return building;
}

for (const [i, [name, , ...paths]] of cases.entries()) {
	test(`requires what is needed of ${name}`, async () => {
		const { requirements } = await buildCases();
		const policy = requirements.policies.find((required) => required.name === `case${i}`);
		assert.deepEqual(
			policy?.inputs.map((path) => path.join(".")),
			paths,
		);
	});
}
