import { CaseFailure } from "./case-failure.ts";

/** What an adapter may take to open, answer a sound backend, or close: far above what any takes on a slow machine. */
const ANSWER_MS = 10_000;

/** The longest wait for a request to reach the backend, and for an answer once the abort signal has fired. */
export const SHORT_MS = 5000;

/** Waits for a promise, within a bound. */
export async function within<Value>(promise: Promise<Value>, what: string, boundMs = ANSWER_MS): Promise<Value> {
	const { promise: late, reject } = Promise.withResolvers<never>();
	const cure = "settle every promise, in the end by env.signal";
	const timer = setTimeout(() => reject(new CaseFailure(`${what} takes more than ${boundMs / 1000} s`, cure)), boundMs);
	try {
		return await Promise.race([promise, late]);
	} finally {
		clearTimeout(timer);
	}
}
