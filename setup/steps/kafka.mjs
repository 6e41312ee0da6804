import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupFailure } from "../failure.mjs";
import { findOnPath } from "../programs.mjs";
import { mustRun, run } from "../run.mjs";
import { installOnce, toolFolder } from "../tool-cache.mjs";
import { oldestJava, pinned } from "../versions.mjs";

/** A Maven project that is nothing but Kafka's server and what it stands on. */
const project = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>dev.sluice</groupId>
  <artifactId>kafka-for-tests</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${pinned.kafka}</version>
    </dependency>
  </dependencies>
</project>
`;

/**
 * The Kafka that tests start, fetched by Maven and run by Java, both of which a person brings. Not part of the set-up, since
 * nothing but tests needs it, and they do without where there is no Java.
 *
 * @param {{cache: string, env: NodeJS.ProcessEnv}} machine
 * @returns {Promise<string>} a folder with its jars
 * @throws {SetupFailure}
 */
export async function provideKafka({ cache, env }) {
	const version = await askJava(env);
	if (version === undefined || version < oldestJava) {
		const found = version === undefined ? "there is no java on PATH" : `java is ${version}`;
		throw new SetupFailure(`${found}: Kafka needs ${oldestJava} or newer (Debian: default-jre-headless)`);
	}
	const folder = toolFolder(cache, "kafka", pinned.kafka);
	if (existsSync(folder)) return folder;
	if (findOnPath("mvn", env) === undefined) {
		throw new SetupFailure("there is no mvn on PATH, which fetches Kafka: install Maven (Debian: maven)");
	}
	await installOnce(folder, async (work) => {
		const kept = join(work, "kept");
		mkdirSync(kept);
		writeFileSync(join(work, "pom.xml"), project);
		const args = ["-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${kept}`];
		await mustRun("mvn", args, {
			cwd: work,
			env,
			failure: `Kafka ${pinned.kafka} could not be fetched by Maven: see below, then run again`,
		});
		return kept;
	});
	return folder;
}

/**
 * The first number of Java's version: new lines begin with `21`, old ones were called 1.8.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number | undefined>}
 */
async function askJava(env) {
	const said = await run("java", ["-version"], { env, timeoutMs: 30_000 });
	const found = said.succeeded ? /version "(\d+)/.exec(said.output)?.[1] : undefined;
	return found === undefined ? undefined : Number(found);
}
