import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pageAddress } from "../decisions/page-key.ts";
import { HOST } from "../listening.ts";
import type { CommandStreams } from "../output.ts";
import { settingsOf } from "../policy-server.ts";
import { portOwner } from "../port-owner.ts";
import type { FirstRevision } from "../revisions/first-revision.ts";
import { StateFolder } from "../revisions/state/state-folder.ts";
import { toolPath } from "../tool-path.ts";
import { addressLines, policyLines, stepLine, tryLines } from "./banner.ts";
import type { Child } from "./child.ts";
import { firstAnswer } from "./first-answer.ts";
import { checkPorts } from "./ports.ts";
import { startSample } from "./sample.ts";
import { startEnvoy } from "./start-envoy.ts";
import { startServerPart } from "./start-server-part.ts";
import type { Teardown } from "./teardown.ts";
import type { UpOptions } from "./up.ts";
import { choosePorts, portUses } from "./up-ports.ts";

/** One `sluice up`. */
export interface Run {
	readonly streams: CommandStreams;
	/** Milliseconds since the process started. */
	readonly now: () => number;
	readonly teardown: Teardown;
	/** Aborts when it shall end. */
	readonly signal: AbortSignal;
}

/**
 * Starts all parts, saying how far it is, and prints the banner.
 *
 * @returns a promise that rejects when a part ends by itself, and never resolves.
 */
export async function bringUp(options: UpOptions, run: Run): Promise<{ readonly failed: Promise<never> }> {
	const { configDir } = options;
	const { signal, streams } = run;
	const state = await StateFolder.open(options.stateDir);
	const settings = await settingsOf(configDir, state);
	const sampleWanted = options.upstream === undefined;
	const ports = choosePorts(options.ports, settings);
	await checkPorts(portUses(ports, { sample: sampleWanted }), portOwner);
	const envoy = toolPath("envoy");
	const server = await startServerPart({ configDir, state, ports, run });
	streams.stdout.write(firstLines(server.first, configDir));
	signal.throwIfAborted();
	const logDir = await makeLogDir(run);
	const children: Child[] = [];
	if (sampleWanted) children.push(...(await startSample({ ports, logDir, run })));
	const upstream = options.upstream ?? { host: "127.0.0.1", port: ports.storefront };
	const mixerCluster = server.first.snapshot.settings.mixer.cluster;
	children.push(await startEnvoy({ envoy, mixerCluster, ports, upstream, logDir, run }));
	const failed = firstFailure(children);
	await Promise.race([failed, firstAnswer({ port: ports.listener, signal })]);
	const page = pageAddress({ host: HOST, adminPort: ports.admin, token: await state.readToken() });
	const banner = `${addressLines(ports, page)}${sampleWanted ? tryLines(ports) : ""}`;
	streams.stdout.write(`${stepLine("ready", run.now())}\n${banner}\n`);
	server.watch();
	return { failed };
}

function firstLines({ serving, buildMs, isKept }: FirstRevision, configDir: string): string {
	const lines = policyLines(serving.build, buildMs);
	return isKept ? `${lines}   pinned by a rollback until ${configDir} changes\n` : lines;
}

/** A temporary folder for logs and Envoy's configuration. If something went wrong, it stays: the logs explain it. */
async function makeLogDir({ teardown, signal }: Run): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-up-"));
	teardown.add("the folder of logs", async () => {
		if (signal.aborted) await rm(dir, { recursive: true, force: true });
	});
	return dir;
}

function firstFailure(children: readonly Child[]): Promise<never> {
	const failures = children.map(async (child): Promise<never> => {
		throw await child.failure();
	});
	// Once a stop has been asked for, every child ends and nobody waits for this any more.
	for (const failure of failures) failure.catch(() => undefined);
	const first = Promise.race(failures);
	first.catch(() => undefined);
	return first;
}
