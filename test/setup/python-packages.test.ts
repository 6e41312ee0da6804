import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { providePythonPackages } from "../../setup/steps/python-packages.mjs";
import { fakeProgram } from "./fake-program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A machine whose Python has this version and runs `pip` so. */
function machine(t: TestContext, { version, pip = "exit 1" }: { version?: string; pip?: string }) {
	const folder = temporaryFolder(t);
	const bin = join(folder, "bin");
	mkdirSync(bin);
	const body = `case "$*" in --version) echo Python ${version};; *"pip --version"|*"pip"*" --version") exit 0;; *) ${pip};; esac`;
	if (version !== undefined) fakeProgram(bin, "python3", body);
	const requirements = join(folder, "requirements.txt");
	writeFileSync(requirements, "a==1\n");
	return { env: { PATH: `${bin}:/usr/bin:/bin` }, cache: join(folder, "cache"), requirements, folder };
}

test("installs what the file pins, once for each file and version of Python", async (t) => {
	const pip = 'while [ "$1" != --target ]; do shift; done; echo x >> "$2/installed"';
	const { folder, ...here } = machine(t, { version: "3.11.7", pip });
	const first = await providePythonPackages(here);
	assert.match(first, /\/cache\/python-packages-3\.11-[0-9a-f]{12}$/);
	assert.equal(await providePythonPackages(here), first);
	assert.equal(readFileSync(join(first, "installed"), "utf8"), "x\n");
	writeFileSync(here.requirements, "a==2\n");
	assert.notEqual(await providePythonPackages(here), first);
});

test("says which Python is needed", async (t) => {
	await assert.rejects(providePythonPackages(machine(t, { version: "3.9.2" })), {
		message: "python3 is 3.9.2: the packages of samples/python-adapter need Python 3.10.0 or newer",
	});
	const none = machine(t, {});
	await assert.rejects(providePythonPackages({ ...none, env: { PATH: join(none.folder, "bin") } }), {
		message: "there is no python3 on PATH: the packages of samples/python-adapter need Python 3.10.0 or newer",
	});
});

test("says what failed", async (t) => {
	const { requirements, ...rest } = machine(t, { version: "3.11.7" });
	await assert.rejects(providePythonPackages({ requirements, ...rest }), {
		message: `the Python packages of ${requirements} could not be installed: see below, then run again`,
	});
});
