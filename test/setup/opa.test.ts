import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import test, { type TestContext } from "node:test";
import { provideOpa } from "../../setup/steps/opa.mjs";
import { fakeProgram } from "./fake-program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const remedy = "put opa 1.22 on PATH, name one with OPA=/path/to/opa, or install Go 1.26 or newer to have it built";

/** A machine with nothing but what is said, `go` among it. */
function machine(t: TestContext, programs: Record<string, string>) {
	const folder = temporaryFolder(t);
	const bin = join(folder, "bin");
	mkdirSync(bin);
	for (const [name, body] of Object.entries(programs)) fakeProgram(bin, name, body);
	const notes: string[] = [];
	const env = { PATH: bin };
	return { bin, env, notes, cache: join(folder, "cache"), note: (text: string) => notes.push(text) };
}

test("takes opa 1.22 from PATH", async (t) => {
	const { bin, cache, env, note } = machine(t, { opa: "echo 'Version: 1.22.5'; echo 'Go Version: go1.26.1'" });
	assert.deepEqual(await provideOpa({ cache, env }, note), {
		path: join(bin, "opa"),
		version: "1.22.5",
		label: "opa 1.22.5 (PATH)",
		worked: false,
	});
});

test("takes the one OPA names before that on PATH", async (t) => {
	const { bin, cache, env, note } = machine(t, { opa: "echo 'Version: 1.22.5'", mine: "echo 'Version: 1.22.0'" });
	const own = join(bin, "mine");
	const found = await provideOpa({ cache, env: { ...env, OPA: own } }, note);
	assert.deepEqual(found, { path: own, version: "1.22.0", label: "opa 1.22.0 (OPA)", worked: false });
	const fromHere = { ...env, OPA: relative(process.cwd(), own) };
	assert.deepEqual(await provideOpa({ cache, env: fromHere }, note), found);
});

test("refuses an OPA of another version, and one that is not there", async (t) => {
	const { bin, cache, env, note } = machine(t, { old: "echo 'Version: 0.61.0'" });
	await assert.rejects(provideOpa({ cache, env: { ...env, OPA: join(bin, "old") } }, note), {
		message: `OPA=${bin}/old is opa 0.61.0; 1.22 is needed`,
	});
	await assert.rejects(provideOpa({ cache, env: { ...env, OPA: join(bin, "none") } }, note), {
		message: `OPA=${bin}/none is not an opa that runs: correct or unset OPA`,
	});
});

test("says what to do without opa and without Go", async (t) => {
	const { cache, env, note } = machine(t, {});
	await assert.rejects(provideOpa({ cache, env }, note), {
		message: `there is no opa 1.22, and no Go to build it: ${remedy}`,
	});
});

test("says what to do with a wrong opa and an old Go", async (t) => {
	const { cache, env, note } = machine(t, {
		opa: "echo 'Version: 1.4.2'",
		go: "echo 'go version go1.25.3 linux/amd64'",
	});
	await assert.rejects(provideOpa({ cache, env }, note), {
		message: `opa on PATH is 1.4.2, not 1.22, and Go 1.25.3 is too old to build it: ${remedy}`,
	});
});

test("has Go build it once, says so beforehand, and takes it from the cache afterwards", async (t) => {
	const build = `printf '#!/bin/sh\\necho "Version: 1.22.2"\\n' > "$GOBIN/opa"; /bin/chmod 755 "$GOBIN/opa"`;
	const { cache, env, note, notes } = machine(t, {
		go: `if [ "$1" = version ]; then echo 'go version go1.26.0 linux/amd64'; else /bin/mkdir -p "$GOBIN"; ${build}; fi`,
	});
	const built = { path: join(cache, "opa-1.22.2/opa"), version: "1.22.2", label: "opa 1.22.2" };
	assert.deepEqual(await provideOpa({ cache, env }, note), { ...built, worked: true });
	assert.deepEqual(await provideOpa({ cache, env }, note), { ...built, worked: false });
	assert.deepEqual(notes, ["building opa 1.22.2 with go 1.26.0, about 90 s, once"]);
});

test("shows what Go said when the build fails", async (t) => {
	const { cache, env, note } = machine(t, {
		go: "if [ \"$1\" = version ]; then echo 'go version go1.26.0 linux/amd64'; else echo 'dial tcp: no route'; exit 1; fi",
	});
	await assert.rejects(provideOpa({ cache, env }, note), {
		message: `opa 1.22.2 could not be built: see below, then run again, or ${remedy}`,
		output: "dial tcp: no route",
	});
});
