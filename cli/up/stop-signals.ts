/** A terminal's Ctrl-C reaches both npm and this process, and npm passes it on: within this time it is one. */
const SAME_SIGNAL_MS = 1000;

/** What stop signals need of the process. */
export interface SignalSource {
	on(name: NodeJS.Signals, listener: () => void): unknown;
	off(name: NodeJS.Signals, listener: () => void): unknown;
}

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Calls `stop` at the first signal to end, and `kill` at one that comes later than a second after it.
 *
 * @returns a function that listens no more.
 */
export function onStopSignals(options: {
	source: SignalSource;
	/** Milliseconds from any fixed point. */
	now: () => number;
	stop: () => void;
	kill: () => void;
}): () => void {
	let firstAt: number | undefined;
	const listener = () => {
		if (firstAt === undefined) {
			firstAt = options.now();
			options.stop();
		} else if (options.now() - firstAt >= SAME_SIGNAL_MS) {
			options.kill();
		}
	};
	for (const name of SIGNALS) options.source.on(name, listener);
	return () => {
		for (const name of SIGNALS) options.source.off(name, listener);
	};
}
