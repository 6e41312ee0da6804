import { join } from "node:path";
import { checkout } from "../../cli/checkout.ts";
import { MixerError } from "../../mixer/error.ts";
import type { Deploy, DeployContext } from "./deployment.ts";
import { startEnvoyFront } from "./envoy-front.ts";
import { filterFor, type Placement } from "./filter-for.ts";
import type { PolicyFolderOptions } from "./policy-folder.ts";
import { startReadyChild } from "./ready-child.ts";

/** Sluice as a user runs it: the filter in Envoy, a Mixer beside it that takes the records, and decides if it has to. */
export function sluice(options: PolicyFolderOptions, wanted: Placement): Deploy {
	return async (context) => {
		const built = await filterFor(context.dir, options, context.signal);
		if (built.placement !== wanted) {
			const place = built.placement === "mixer" ? "the Mixer" : "the proxy";
			return { missing: `not available in this build: sluice build places the policy in ${place}` };
		}
		const mixer = await startMixer(context, built.configDir);
		const { filterFile } = built;
		const keep = ["sluice.http", "sluice.seal"] as const;
		const envoy = await startEnvoyFront(context, { keep, filterFile, mixerPort: mixer.port, hasMixer: true });
		const processes = [envoy.process, { name: "Mixer", pid: mixer.pid }];
		return { port: envoy.port, processes, expresses: "decision", isSettled: envoy.isSettled };
	};
}

async function startMixer(context: DeployContext, configDir: string): Promise<{ port: number; pid: number }> {
	const ports = ["--mixer-port", "0", "--discovery-port", "0", "--admin-port", "0"];
	const flags = [
		...ports,
		"--state",
		`${configDir}-state`,
		"--insecure-loopback",
		"--log-level",
		"warn",
		"--output",
		"json",
	];
	const { child, ready } = await startReadyChild(context, {
		name: "the Mixer",
		command: process.execPath,
		args: [join(checkout, "cli/main.ts"), "serve", "--config", configDir, ...flags],
		logFile: join(context.dir, "mixer.log"),
	});
	const port: unknown = typeof ready === "object" && ready !== null ? Reflect.get(ready, "mixerPort") : undefined;
	if (typeof port !== "number") throw new MixerError("internal", "sluice serve does not say its port");
	return { port, pid: child.pid };
}
