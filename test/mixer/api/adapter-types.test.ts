import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { adapterTypes } from "../../../mixer/api/generate.ts";
import { checkout } from "../../support/programs.ts";

const read = (path: string) => readFileSync(join(checkout, path), "utf8");

test("what sluice/adapter holds is up to date: run node mixer/api/generate.ts", () => {
	const [path, text] = adapterTypes(read("mixer/api/attributes.yaml"), read);
	assert.equal(read(path), text);
	const { types } = JSON.parse(read("package.json")).exports["./adapter"];
	assert.equal(types, `./${path}`);
});

test("it needs no other file of ours", () => {
	const [, text] = adapterTypes(read("mixer/api/attributes.yaml"), read);
	assert.doesNotMatch(text, /^import |from "/m);
	for (const name of [
		"TelemetryRecord",
		"Signal",
		"Batch",
		"Adapter",
		"Handler",
		"MetricInstance",
		"LogEntry",
		"Harness",
	]) {
		assert.match(text, new RegExp(`^export (type|interface) ${name}\\b`, "m"), name);
	}
});
