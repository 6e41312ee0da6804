import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "../../cli/checkout.ts";
import { envoyConfig } from "../../cli/up/envoy-config.ts";
import { EnvoyProcess } from "../../cli/up/envoy-process.ts";
import { findTool } from "../../setup/tools.mjs";
import type { MeasuredProcess } from "../measure/process-cpu.ts";
import type { DeployContext } from "./deployment.ts";
import { freePorts } from "./free-ports.ts";
import { applyFront, type Front } from "./front-config.ts";

/** A variant's Envoy. */
export interface EnvoyFront {
	readonly port: number;
	readonly process: MeasuredProcess;
	/** Whether every record has been acknowledged. */
	readonly isSettled: () => Promise<boolean>;
}

/** Starts envoy/standalone.yaml with a front's filters, and returns once it accepts requests. */
export async function startEnvoyFront(
	context: DeployContext,
	front: Front & { readonly filterFile?: string; readonly mixerPort?: number },
): Promise<EnvoyFront> {
	const [listenerPort = 0, adminPort = 0] = await freePorts(2);
	const template = await readFile(join(checkout, "envoy/standalone.yaml"), "utf8");
	const config = envoyConfig(template, {
		listenerPort,
		adminPort,
		upstream: { host: "127.0.0.1", port: context.upstreamPort },
		mixer: { host: "127.0.0.1", port: front.mixerPort ?? 0 },
		mixerCluster: "sluice-mixer",
		filter: { file: front.filterFile ?? "" },
		nodeId: "sluice-bench",
	});
	applyFront(config, front);
	const stateDir = join(context.dir, "envoy");
	await mkdir(stateDir, { recursive: true });
	const { signal } = context;
	const envoy = await EnvoyProcess.start({ envoy: findTool("envoy"), config, adminPort, stateDir, signal });
	context.teardown.add(
		"Envoy",
		() => envoy.stop(),
		() => envoy.child.kill("SIGKILL"),
	);
	const process = { name: "Envoy", pid: envoy.child.pid };
	return { port: listenerPort, process, isSettled: () => envoy.settled() };
}
