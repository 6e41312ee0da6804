import { waitUntil } from "./wait-until.ts";

/** Longest wait for the first decided request, in milliseconds. */
const TIMEOUT_MS = 15_000;

/** What the probe calls itself; the console leaves it out. */
export const PROBE_USER_AGENT = "sluice-readiness";

/** On every answer that a decision refused. */
const DECISION_ID = "x-sluice-decision-id";

/** How Envoy refuses, by status, while there is not even the filter. */
const ENVOYS_OWN: ReadonlyMap<number, string> = new Map([
	[403, "RBAC: access denied"],
	[503, "fault filter abort"],
]);

/** Returns once a request through Envoy has been decided: let through to the upstream, or denied by a policy. */
export async function firstAnswer(options: { port: number; signal: AbortSignal }): Promise<void> {
	await waitUntil({
		what: "the first request through Envoy",
		timeoutMs: TIMEOUT_MS,
		signal: options.signal,
		probe: async () => {
			const response = await fetch(`http://127.0.0.1:${options.port}/`, {
				headers: { "user-agent": PROBE_USER_AGENT, connection: "close" },
				redirect: "manual",
				signal: AbortSignal.any([options.signal, AbortSignal.timeout(TIMEOUT_MS)]),
			});
			const isRefusal = response.headers.has(DECISION_ID);
			const own = ENVOYS_OWN.get(response.status);
			if (!isRefusal && own !== undefined) return !(await response.text()).startsWith(own);
			// A service's answer may never end.
			await response.body?.cancel();
			// 503 with an id: the filter is there, the Mixer not yet.
			return !isRefusal || response.status !== 503;
		},
	});
}
