import assert from "node:assert/strict";
import test from "node:test";
import { formatFailure, SetupFailure } from "../../setup/failure.mjs";
import { createProgress } from "../../setup/progress.mjs";
import { excerpt } from "../../setup/run.mjs";

test("steps stand beside each other, with a time where there was work", () => {
	let printed = "";
	const progress = createProgress({ write: (text: string) => (printed += text) });
	progress.done("node 24.21.0", 4100);
	progress.done("opa 1.22.2 (PATH)", undefined);
	progress.note("building opa 1.22.2 with go 1.26.0, about 90 s, once");
	progress.done("filter", 3960);
	progress.endLine();
	assert.equal(
		printed,
		[
			" ✓ node 24.21.0 4.1 s   ✓ opa 1.22.2 (PATH)",
			" … building opa 1.22.2 with go 1.26.0, about 90 s, once",
			" ✓ filter 4.0 s",
			"",
		].join("\n"),
	);
});

test("a failure is the sentence and the command's own words", () => {
	const failure = new SetupFailure("npm ci failed: see below, then run again", "npm error 404\n\nnpm error x\n");
	assert.equal(
		formatFailure(failure),
		" ✗ npm ci failed: see below, then run again\n     npm error 404\n     npm error x\n",
	);
});

test("of a long output the beginning and the end are shown", () => {
	const lines = Array.from({ length: 100 }, (_, index) => `line ${index + 1}`);
	const shown = excerpt(lines.join("\n")).split("\n");
	assert.equal(shown.length, 41);
	assert.deepEqual(shown.slice(9, 12), ["line 10", "… 60 more lines …", "line 71"]);
	assert.equal(excerpt(lines.slice(0, 40).join("\n")), lines.slice(0, 40).join("\n"));
});
