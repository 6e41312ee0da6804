import { MixerError } from "../error.ts";
import type { Clock } from "../observe/clock.ts";
import type { DataSource, SourceReading } from "./data-source.ts";

/**
 * Reads a source, for so long and no longer.
 *
 * @param stop gives it up.
 * @throws MixerError whatever the source throws.
 */
export async function readWithin(
	source: DataSource,
	options: { tag: string | undefined; timeoutMs: number; clock: Pick<Clock, "after">; stop: AbortSignal },
): Promise<SourceReading | "unchanged"> {
	const { tag, timeoutMs, clock, stop } = options;
	const late = new AbortController();
	const cancel = clock.after(timeoutMs, () => late.abort());
	const signal = AbortSignal.any([stop, late.signal]);
	const { promise: given, reject: giveUp } = Promise.withResolvers<never>();
	given.catch(() => undefined);
	const onAbort = () => giveUp(new MixerError("unavailable", `no answer within ${timeoutMs} ms (spec.timeout)`));
	signal.addEventListener("abort", onAbort, { once: true });
	try {
		if (stop.aborted) throw new MixerError("unavailable", "stopped");
		const reading = await Promise.race([source.read(tag, signal), given]);
		if (reading !== "unchanged") JSON.parse(reading.document);
		return reading;
	} catch (error) {
		throw MixerError.from(error);
	} finally {
		cancel();
		signal.removeEventListener("abort", onAbort);
	}
}
