import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { readFilter } from "../../../../cli/filter.ts";
import { withBuiltins } from "../../../../mixer/policy/builtins/builtin-reference.ts";
import { opaBuiltins } from "../../../../mixer/policy/builtins/opa-builtins.ts";
import { refusals } from "../../../../mixer/policy/builtins/refusals.ts";
import { hostBuiltins } from "../../../../mixer/policy/builtins/registry.ts";
import { checkout, opaProgram } from "../../../support/programs.ts";

test("docs/builtins.md says what runs where (else run: node cli/write-builtins.ts)", async () => {
	const written = await readFile(join(checkout, "docs/builtins.md"), "utf8");
	const { builtins: proxy } = await readFilter();
	assert.equal(withBuiltins(written, { ...(await opaBuiltins(opaProgram())), proxy }), written);
});

test("every built-in that opa leaves to its host is answered by the Mixer or refused with a reason", async () => {
	const { leftToHost } = await opaBuiltins(opaProgram());
	const unknown = [...leftToHost].filter((name) => !hostBuiltins.has(name) && !refusals.has(name));
	assert.deepEqual(unknown, []);
	assert.deepEqual(
		[...hostBuiltins.keys()].filter((name) => !leftToHost.has(name) || refusals.has(name)),
		[],
	);
});
