/** The longest that a receiver is left alone because it asks for it: no longer than the queue's own breaker. */
export const MAX_RETRY_AFTER_MS = 60_000;

/**
 * How long the header Retry-After asks to wait (RFC 9110, 10.2.3): seconds, or a date.
 *
 * @returns milliseconds, bounded; 0 where there is no such header, or nothing can be made of it.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
	if (header === undefined) return 0;
	const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
	return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS) : 0;
}
