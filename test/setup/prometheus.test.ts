import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { providePrometheus } from "../../setup/steps/prometheus.mjs";
import { fakeProgram } from "./fake-program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const runs = "exit 0";
const both = { prometheus: runs, promtool: runs };

/** apt-get download and dpkg-deb --extract, as far as they are used. */
const apt = {
	"apt-cache": "echo '  Candidate: 2.42.0+ds-5'",
	"apt-get": ": > prometheus_2.42.0_amd64.deb",
	"dpkg-deb":
		'/bin/mkdir -p "$3/usr/bin"; for p in prometheus promtool; do printf "#!/bin/sh\\nexit 0\\n" > "$3/usr/bin/$p"; /bin/chmod +x "$3/usr/bin/$p"; done',
};

function machine(t: TestContext, programs: Record<string, string>) {
	const folder = temporaryFolder(t);
	const bin = join(folder, "bin");
	mkdirSync(bin);
	for (const [name, body] of Object.entries(programs)) fakeProgram(bin, name, body);
	return { bin, env: { PATH: bin }, cache: join(folder, "cache") };
}

function programsIn(folder: string) {
	return { prometheus: join(folder, "prometheus"), promtool: join(folder, "promtool") };
}

test("takes both programs from PATH", async (t) => {
	const { bin, ...here } = machine(t, both);
	assert.deepEqual(await providePrometheus(here), programsIn(bin));
});

test("takes those PROMETHEUS names, where they run", async (t) => {
	const { bin, cache } = machine(t, both);
	assert.deepEqual(await providePrometheus({ cache, env: { PATH: "", PROMETHEUS: bin } }), programsIn(bin));
	assert.equal(await providePrometheus({ cache, env: { PATH: "", PROMETHEUS: cache } }), undefined);
});

test("unpacks the distribution's package once, without installing it", async (t) => {
	const { env, cache } = machine(t, apt);
	const folder = join(cache, "prometheus-2.42.0+ds-5", "usr", "bin");
	assert.deepEqual(await providePrometheus({ cache, env }), programsIn(folder));
	const again = machine(t, { "apt-cache": apt["apt-cache"] });
	assert.deepEqual(await providePrometheus({ cache, env: again.env }), programsIn(folder));
});

test("does without where there is no apt, or it can't fetch", async (t) => {
	assert.equal(await providePrometheus(machine(t, {})), undefined);
	assert.equal(await providePrometheus(machine(t, { ...apt, "apt-get": "exit 100" })), undefined);
	assert.equal(await providePrometheus(machine(t, { ...apt, "apt-cache": "echo '  Candidate: (none)'" })), undefined);
});
