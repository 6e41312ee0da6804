import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { provideChromium } from "../../setup/steps/chromium.mjs";
import { fakeProgram } from "./fake-program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const remedy = "install Debian's package chromium, or name a Chromium with CHROMIUM=/path/to/chromium";

/** A machine with nothing but these programs. */
function machine(t: TestContext, programs: Record<string, string>) {
	const bin = join(temporaryFolder(t), "bin");
	mkdirSync(bin);
	for (const [name, body] of Object.entries(programs)) fakeProgram(bin, name, body);
	return { bin, env: { PATH: bin } };
}

const chromium = "echo 'Chromium 156.0.8078.108 built on Debian'";

test("takes Chromium from PATH under any of its names, and the one CHROMIUM names before that", async (t) => {
	const { bin, env } = machine(t, { "google-chrome": chromium, mine: chromium, other: "echo hello" });
	assert.equal(await provideChromium({ env }), join(bin, "google-chrome"));
	assert.equal(await provideChromium({ env: { ...env, CHROMIUM: join(bin, "mine") } }), join(bin, "mine"));
	await assert.rejects(provideChromium({ env: { ...env, CHROMIUM: join(bin, "other") } }), {
		message: `CHROMIUM=${bin}/other is no Chromium that runs: correct or unset CHROMIUM`,
	});
});

test("installs Debian's package as root", async (t) => {
	const { bin, env } = machine(t, {});
	const install = `[ "$2" = update ] && exit 0
[ "$*" = "-q install -y --no-install-recommends chromium" ] || exit 1
echo '#!/bin/sh' > ${bin}/chromium && /bin/chmod +x ${bin}/chromium`;
	fakeProgram(bin, "apt-get", install);
	assert.equal(await provideChromium({ env, isRoot: true }), join(bin, "chromium"));
});

test("says why there is none", async (t) => {
	await assert.rejects(provideChromium({ env: machine(t, {}).env }), {
		message: `there is no Chromium, and no apt-get that could install it: ${remedy}`,
	});
	const { env } = machine(t, { "apt-get": "echo no network; exit 100" });
	await assert.rejects(provideChromium({ env, isRoot: false }), {
		message: `there is no Chromium, and only root may install it: ${remedy}`,
	});
	await assert.rejects(provideChromium({ env, isRoot: true }), {
		message: `Debian's package chromium could not be installed (${remedy}): see below`,
		output: "no network",
	});
});
