import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { checkout } from "../support/programs.ts";
import { scaled } from "../support/scale.ts";

/** A cold build of the server on OPA's library alone takes minutes. */
const ids = ["bare", "nothing", "native", "cached", "uncached", "regex", "quotas", "mixer"];
const variants = scaled({ quick: 0, full: 1 }) === 1 ? [...ids, "opa"] : ids;

interface Line {
	readonly id: string;
	readonly state: string;
	readonly note?: string;
	readonly numbers?: { readonly cpuUs: { readonly median: number } };
}

test("a quick run asks every variant, measures those that are there and writes its results", async (context) => {
	const dir = await mkdtemp(join(tmpdir(), "sluice-bench-test-"));
	context.after(() => rm(dir, { recursive: true, force: true }));
	const args = ["--quick", "--variants", variants.join(), "--results", dir, "--output", "json"];
	const { stdout } = await promisify(execFile)(process.execPath, [join(checkout, "bench/main.ts"), ...args]);
	const lines: readonly Line[] = JSON.parse(stdout).variants;
	assert.deepEqual(
		lines.map(({ id }) => id),
		variants,
	);
	for (const { id, state, note, numbers } of lines) {
		if (state === "missing") assert.match(note ?? "", /^(not available in this build|skipped): /, id);
		else assert.ok(state === "measured" && numbers !== undefined && numbers.cpuUs.median >= 0, `${id}: ${note}`);
	}
	assert.ok(lines.filter(({ state }) => state === "measured").length >= 4, stdout);
	assert.deepEqual((await readdir(dir)).toSorted(), ["README.md", "bench.svg", "results.json"]);
	assert.deepEqual(JSON.parse(await readFile(join(dir, "results.json"), "utf8")).variants, lines);
});
