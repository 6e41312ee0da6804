import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "../checkout.ts";
import type { Run } from "./bring-up.ts";
import type { Child } from "./child.ts";
import { envoyConfig, type HostPort } from "./envoy-config.ts";
import { EnvoyProcess } from "./envoy-process.ts";
import type { UpPorts } from "./up-ports.ts";

/** Longest drain, in milliseconds: with all that follows, a stop stays below ten seconds. */
const DRAIN_TIMEOUT_MS = 4000;

/** Of Envoy's log, what a person should see at once: what the filter is refused for, and its errors. */
const SHOWN = /\[(error|critical)\]\[wasm\]/;

export interface EnvoyPart {
	/** Path of the program. */
	readonly envoy: string;
	/** The Mixer's cluster, as the Settings name it. */
	readonly mixerCluster: string;
	readonly ports: UpPorts;
	readonly upstream: HostPort;
	readonly logDir: string;
	readonly run: Run;
}

/** Starts Envoy, which gets the filter from the discovery server, in front of the upstream; returns once it accepts requests. */
export async function startEnvoy(part: EnvoyPart): Promise<Child> {
	const { mixerCluster, ports, logDir, run } = part;
	const template = await readFile(join(checkout, "envoy/discovery.yaml"), "utf8");
	const config = envoyConfig(template, {
		listenerPort: ports.listener,
		adminPort: ports.envoyAdmin,
		upstream: part.upstream,
		mixer: { host: "127.0.0.1", port: ports.mixer },
		mixerCluster,
		filter: { discovery: { host: "127.0.0.1", port: ports.discovery } },
		nodeId: `sluice-up-${process.pid}`,
	});
	const envoy = await EnvoyProcess.start({
		envoy: part.envoy,
		config,
		adminPort: ports.envoyAdmin,
		stateDir: logDir,
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
