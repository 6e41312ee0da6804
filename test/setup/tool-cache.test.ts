import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { installOnce, toolCache, toolFolder } from "../../setup/tool-cache.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

test("the cache is SLUICE_TOOLS, else in XDG_CACHE_HOME, else in ~/.cache", () => {
	assert.equal(toolCache({ SLUICE_TOOLS: "/t", XDG_CACHE_HOME: "/x" }), "/t");
	assert.equal(toolCache({ XDG_CACHE_HOME: "/x" }), "/x/sluice/tools");
	assert.equal(toolCache({ XDG_CACHE_HOME: "" }), join(homedir(), ".cache/sluice/tools"));
});

test("each version of a tool has a folder of its own", () => {
	assert.equal(toolFolder("/t", "opa", "1.22.2"), "/t/opa-1.22.2");
});

/** Stands for a download: makes a folder that holds one file. */
async function fill(work: string, text: string): Promise<string> {
	const made = join(work, "made");
	mkdirSync(made);
	writeFileSync(join(made, "program"), text);
	return made;
}

test("of two that install the same tool at once both succeed, and nothing is left over", async (t) => {
	const cache = temporaryFolder(t);
	const folder = toolFolder(cache, "opa", "1.22.2");
	await Promise.all(["a", "b"].map((text) => installOnce(folder, (work) => fill(work, text))));
	assert.match(readFileSync(join(folder, "program"), "utf8"), /^[ab]$/);
	assert.deepEqual(readdirSync(cache), ["opa-1.22.2"]);
});

test("an installation that fails leaves nothing", async (t) => {
	const cache = temporaryFolder(t);
	const failing = installOnce(toolFolder(cache, "opa", "1.22.2"), async (work) => {
		await fill(work, "half");
		throw new Error("no network");
	});
	await assert.rejects(failing, { message: "no network" });
	assert.deepEqual(readdirSync(cache), []);
});

test("removes what a killed set-up left a day ago, and leaves alone what is under way", async (t) => {
	const cache = temporaryFolder(t);
	mkdirSync(join(cache, ".unfinished-old"));
	utimesSync(join(cache, ".unfinished-old"), 1, 1);
	mkdirSync(join(cache, ".unfinished-new"));
	await installOnce(toolFolder(cache, "opa", "1.22.2"), (work) => fill(work, "x"));
	assert.deepEqual(readdirSync(cache).sort(), [".unfinished-new", "opa-1.22.2"]);
});
