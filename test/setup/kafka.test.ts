import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { provideKafka } from "../../setup/steps/kafka.mjs";
import { fakeProgram } from "./fake-program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const java = (version: string) => `echo 'openjdk version "${version}" 2025-04-15' >&2`;

/** A machine with nothing but these programs and the system's own. */
function machine(t: TestContext, programs: Record<string, string>) {
	const folder = temporaryFolder(t);
	const bin = join(folder, "bin");
	mkdirSync(bin);
	for (const [name, body] of Object.entries(programs)) fakeProgram(bin, name, body);
	return { env: { PATH: bin }, cache: join(folder, "cache") };
}

test("has Maven fetch Kafka once", async (t) => {
	const mvn = `for word; do case $word in -DoutputDirectory=*) echo x >> "\${word#*=}/a.jar";; esac; done; test -f pom.xml`;
	const here = machine(t, { java: java("21"), mvn });
	const folder = await provideKafka(here);
	assert.equal(folder, join(here.cache, "kafka-4.3.1"));
	assert.equal(await provideKafka(here), folder);
	assert.equal(readFileSync(join(folder, "a.jar"), "utf8"), "x\n");
});

for (const { what, programs, message } of [
	{
		what: "there is no Java",
		programs: {},
		message: "there is no java on PATH: Kafka needs 17 or newer (Debian: default-jre-headless)",
	},
	{
		what: "Java is too old",
		programs: { java: java("1.8.0_402") },
		message: "java is 1: Kafka needs 17 or newer (Debian: default-jre-headless)",
	},
	{
		what: "there is no Maven",
		programs: { java: java("17.0.15") },
		message: "there is no mvn on PATH, which fetches Kafka: install Maven (Debian: maven)",
	},
	{
		what: "Maven fails",
		programs: { java: java("17.0.15"), mvn: "echo no repository; exit 1" },
		message: "Kafka 4.3.1 could not be fetched by Maven: see below, then run again",
	},
]) {
	test(`says so where ${what}`, async (t) => {
		await assert.rejects(provideKafka(machine(t, programs)), { name: "SetupFailure", message });
	});
}
