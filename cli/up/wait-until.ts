import { setTimeout as delay } from "node:timers/promises";
import { MixerError } from "../../mixer/error.ts";

/** Between two probes, in milliseconds: short against what is waited for, long against what a probe costs. */
const PROBE_INTERVAL_MS = 50;

/**
 * Asks until the answer is yes.
 *
 * @throws MixerError unavailable, with `what` and the last fault, after `timeoutMs`.
 */
export async function waitUntil(options: {
	what: string;
	timeoutMs: number;
	probe: () => Promise<boolean>;
	signal?: AbortSignal;
}): Promise<void> {
	const end = performance.now() + options.timeoutMs;
	let fault = "";
	while (performance.now() < end) {
		options.signal?.throwIfAborted();
		try {
			if (await options.probe()) return;
		} catch (error) {
			fault = `: ${MixerError.from(error).message}`;
		}
		await delay(PROBE_INTERVAL_MS);
	}
	throw new MixerError("unavailable", `${options.what} took longer than ${options.timeoutMs / 1000} s${fault}`);
}
