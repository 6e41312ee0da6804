import type { Snapshot } from "../../galley/snapshot.ts";
import type { AdapterLogger } from "../../mixer/adapters/adapter.ts";
import type { Build } from "../../mixer/policy/requirements.ts";
import { startMixer } from "../start-mixer.ts";
import type { Run } from "./bring-up.ts";
import { consoleHandler } from "./console-handler.ts";
import type { UpPorts } from "./up-ports.ts";

/** Longest grace of a Mixer whose Envoy has already gone, in milliseconds: a whole stop stays below ten seconds. */
const MAX_GRACE_MS = 2500;

/** Starts the Mixer in this process, with a line on the console for each request. */
export async function startMixerPart(part: {
	snapshot: Snapshot;
	build: Build;
	ports: UpPorts;
	run: Run;
}): Promise<void> {
	const { build, ports, run } = part;
	const { settings } = part.snapshot;
	const graceMs = Math.min(settings.mixer.graceMs, MAX_GRACE_MS);
	const snapshot = { ...part.snapshot, settings: { ...settings, mixer: { ...settings.mixer, graceMs } } };
	const logger = warningsTo(run.streams.stderr);
	const mixer = await startMixer({ snapshot, build, extraHandlers: [consoleHandler], ports, logger });
	run.teardown.add("the Mixer", () => mixer.stop());
}

/** What a person at a terminal wants of the Mixer's log. */
function warningsTo(stderr: { write(text: string): unknown }): AdapterLogger {
	const line = (fields: object, message: string) => {
		stderr.write(`Mixer: ${message} ${JSON.stringify(fields)}\n`);
	};
	return { info: () => {}, warn: line, error: line };
}
