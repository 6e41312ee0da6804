import type { Clock } from "../observe/clock.ts";

/** Resolves when the signal aborts, at once if it has; `cancel` ends the listening. */
export function aborted(abort: AbortSignal): { readonly promise: Promise<void>; cancel(): void } {
	const { promise, resolve } = Promise.withResolvers<void>();
	const end = () => resolve();
	abort.addEventListener("abort", end, { once: true });
	if (abort.aborted) end();
	return { promise, cancel: () => abort.removeEventListener("abort", end) };
}

/** Waits, but not beyond an abort. */
export async function pause(ms: number, options: { clock: Clock; abort: AbortSignal }): Promise<void> {
	const { promise: over, resolve } = Promise.withResolvers<void>();
	const cancelTimer = options.clock.after(ms, resolve);
	await orAborted(over, options.abort);
	cancelTimer();
}

/** Waits for a promise, but not beyond an abort. Rejects as the promise does. */
export async function orAborted(promise: Promise<void>, abort: AbortSignal): Promise<void> {
	const stop = aborted(abort);
	try {
		await Promise.race([promise, stop.promise]);
	} finally {
		stop.cancel();
	}
}
