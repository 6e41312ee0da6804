import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Snapshot } from "../../galley/snapshot.ts";
import type { Build } from "../../mixer/policy/requirements.ts";
import { checkout } from "../checkout.ts";
import { filterFileText } from "../filter.ts";
import type { Run } from "./bring-up.ts";
import type { Child } from "./child.ts";
import { envoyConfig, type HostPort } from "./envoy-config.ts";
import { EnvoyProcess } from "./envoy-process.ts";
import type { UpPorts } from "./up-ports.ts";

/** Longest drain, in milliseconds: with all that follows, a stop stays below ten seconds. */
const DRAIN_TIMEOUT_MS = 4000;

/** Of Envoy's log, what a person should see at once: what the filter or its file are refused for, and its errors. */
const SHOWN = /\[(error|critical)\]\[wasm\]|Filesystem config update/;

export interface EnvoyPart {
	/** Path of the program. */
	readonly envoy: string;
	readonly snapshot: Snapshot;
	readonly build: Build;
	readonly ports: UpPorts;
	readonly upstream: HostPort;
	readonly stateDir: string;
	readonly run: Run;
}

/** Starts Envoy with the build's filter in front of the upstream, and returns once it accepts requests. */
export async function startEnvoy(part: EnvoyPart): Promise<Child> {
	const { snapshot, build, ports, stateDir, run } = part;
	const filterFile = join(stateDir, "filter.json");
	await writeFile(filterFile, filterFileText(build));
	const template = await readFile(join(checkout, "envoy/standalone.yaml"), "utf8");
	const config = envoyConfig(template, {
		listenerPort: ports.listener,
		adminPort: ports.envoyAdmin,
		upstream: part.upstream,
		mixer: { host: "127.0.0.1", port: ports.mixer },
		mixerCluster: snapshot.settings.mixer.cluster,
		filter: { file: filterFile },
		nodeId: `sluice-up-${process.pid}`,
	});
	const envoy = await EnvoyProcess.start({
		envoy: part.envoy,
		config,
		adminPort: ports.envoyAdmin,
		stateDir,
		onLine: (line) => {
			if (SHOWN.test(line)) run.streams.stderr.write(`Envoy: ${line}\n`);
		},
		signal: run.signal,
	});
	const end = async () => {
		await envoy.drain(DRAIN_TIMEOUT_MS);
		await envoy.stop();
	};
	run.teardown.add("Envoy", end, () => envoy.child.kill("SIGKILL"));
	return envoy.child;
}
