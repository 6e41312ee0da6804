import type { CommandStreams } from "../output.ts";
import { bringUp } from "./bring-up.ts";
import type { HostPort } from "./envoy-config.ts";
import { onStopSignals, type SignalSource } from "./stop-signals.ts";
import { Teardown } from "./teardown.ts";
import type { UpPorts } from "./up-ports.ts";

export interface UpOptions {
	readonly configDir: string;
	/** Where the last revisions are kept. */
	readonly stateDir: string;
	/** The service behind Envoy; the bookstore sample if left out. */
	readonly upstream?: HostPort;
	/** Those chosen on the command line. */
	readonly ports: Partial<UpPorts>;
}

/** What `sluice up` needs of the process it runs in. */
export interface UpContext {
	readonly streams: CommandStreams;
	readonly signals: SignalSource;
	/** Milliseconds since the process started. */
	readonly now: () => number;
	/** Ends the process at once, for a person who asks twice. */
	readonly exit: (status: number) => void;
	/** Runs this when the process ends in whatever way it still can: no child may outlive a defect of ours. */
	readonly atExit: (run: () => void) => void;
}

/** The exit status of a process that SIGINT ended, as a shell reports it. */
const INTERRUPTED = 130;

/**
 * Runs the whole of it, Mixer, sample and Envoy, until a signal to end. Returns when everything has been stopped again.
 *
 * @throws MixerError where something a person wrote is wrong, a port is busy, or a part ends by itself.
 */
export async function up(options: UpOptions, context: UpContext): Promise<void> {
	const { streams, now, signals } = context;
	const stop = new AbortController();
	const teardown = new Teardown();
	context.atExit(() => teardown.kill());
	const kill = () => {
		teardown.kill();
		context.exit(INTERRUPTED);
	};
	const onStop = () => {
		streams.stdout.write("\n stopping\n");
		stop.abort();
	};
	const cancel = onStopSignals({ source: signals, now, stop: onStop, kill });
	try {
		const { failed } = await bringUp(options, { streams, now, teardown, signal: stop.signal });
		await Promise.race([failed, aborted(stop.signal)]);
	} catch (error) {
		// What was under way when the signal came ends in any way it likes.
		if (!stop.signal.aborted) throw error;
	} finally {
		for (const fault of await teardown.run()) streams.stderr.write(`${fault}\n`);
		cancel();
	}
}

function aborted(signal: AbortSignal): Promise<void> {
	if (signal.aborted) return Promise.resolve();
	return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
