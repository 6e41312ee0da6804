import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { inputLeaves } from "../../../mixer/api/generated/vocabulary.ts";
import { checkout, opaProgram } from "../../support/programs.ts";

let dir = "";

before(() => {
	dir = mkdtempSync(join(tmpdir(), "sluice-schema-"));
});

after(() => {
	rmSync(dir, { recursive: true });
});

/** What `opa check --strict --schema` says of a policy that uses these references; nothing if it is content. */
function check(...references: string[]): string {
	const rules = references.map((reference, i) => `rule_${i} if ${reference} == data.other`);
	writeFileSync(join(dir, "policy.rego"), ["package policy", ...rules, ""].join("\n\n"));
	const schema = join(checkout, "mixer/api/generated/input-schema.json");
	const { status, stdout, stderr } = spawnSync(opaProgram(), ["check", "--strict", "--schema", schema, "policy.rego"], {
		cwd: dir,
		encoding: "utf8",
	});
	assert.equal(status === 0, stdout + stderr === "");
	return stdout + stderr;
}

test("lets policies read every value of the input document", () => {
	const references = inputLeaves.flatMap(({ path, type }) => {
		const reference = `input.${path.join(".")}`;
		if (type === "string_map") return [reference, `${reference}["x-role"]`];
		if (type === "string_list") return [reference, `${reference}[0]`, `${reference}[_]`];
		if (type === "json") return [reference, `${reference}.a["b"][0]`];
		if (type === "string_list_map") return [reference, `${reference}["x-role"]`, `${reference}["x-role"][_]`];
		return [reference];
	});
	assert.equal(check(...references), "");
});

const misspelt = [
	['input.attributes.request.http.header["x"]', "header"],
	["input.requets.method", "requets"],
	["input.request.host.name", "input.request.host.name"],
	["input.response.code", "response"],
	["input.request.path_segments.first", "first"],
	["input.attributes.request.http.bodies", "bodies"],
	["input.attributes.source.certificate", "certificate"],
] as const;

for (const [reference, fault] of misspelt) {
	test(`makes ${reference} a type error`, () => {
		const answer = check(reference);
		assert.match(answer, /rego_type_error: undefined ref: input/);
		assert.ok(answer.includes(fault), answer);
	});
}
