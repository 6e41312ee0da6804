import { Child, type ChildOptions } from "../../cli/up/child.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import type { DeployContext } from "./deployment.ts";

/** Longest start of a server, in milliseconds: the Mixer compiles its policies first. */
const START_TIMEOUT_MS = 60_000;

/** Between SIGTERM and SIGKILL, in milliseconds: the Mixer delivers what it has. */
const STOP_GRACE_MS = 10_000;

/**
 * Starts a server that prints one line of JSON with "event": "ready" when it serves.
 *
 * @returns its process and that line.
 */
export async function startReadyChild(
	context: Pick<DeployContext, "teardown" | "signal">,
	options: Omit<ChildOptions, "onLine">,
): Promise<{ child: Child; ready: unknown }> {
	let ready: unknown;
	const onLine = (line: string) => {
		if (line.startsWith('{"event":"ready"')) ready = JSON.parse(line);
	};
	const child = new Child({ ...options, onLine });
	context.teardown.add(
		options.name,
		() => child.stop(STOP_GRACE_MS),
		() => child.kill("SIGKILL"),
	);
	const failed = child.ended.then(async () => {
		throw await child.failure();
	});
	failed.catch(() => undefined); // a later end shows as requests that are not answered
	const { signal } = context;
	const probe = async () => ready !== undefined;
	await Promise.race([
		failed,
		waitUntil({ what: `${options.name}'s start`, timeoutMs: START_TIMEOUT_MS, probe, signal }),
	]);
	return { child, ready };
}
