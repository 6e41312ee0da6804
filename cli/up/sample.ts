import { join } from "node:path";
import { checkout } from "../checkout.ts";
import type { Run } from "./bring-up.ts";
import { Child } from "./child.ts";
import type { UpPorts } from "./up-ports.ts";
import { waitUntil } from "./wait-until.ts";

/** Longest start of one of the sample's services, in milliseconds. */
const START_TIMEOUT_MS = 10_000;

/** Between SIGTERM and SIGKILL, in milliseconds. */
const STOP_GRACE_MS = 1000;

export interface SampleOptions {
	readonly ports: Pick<UpPorts, "storefront" | "catalogue">;
	/** Where the logs are written. */
	readonly logDir: string;
	readonly run: Run;
}

/** Starts the bookstore, a child for each of its two services, and returns once both serve. */
export async function startSample({ ports, logDir, run }: SampleOptions): Promise<readonly Child[]> {
	const { catalogue, storefront } = ports;
	const children = [
		service("catalogue", logDir, ["--port", String(catalogue)]),
		service("storefront", logDir, [
			...["--port", String(storefront)],
			...["--catalogue", `http://127.0.0.1:${catalogue}`],
		]),
	];
	const end = async () => {
		await Promise.all(children.map((child) => child.stop(STOP_GRACE_MS)));
	};
	run.teardown.add("the sample", end, () => {
		for (const child of children) child.kill("SIGKILL");
	});
	const serving = [catalogue, storefront].map((port) => serves(port, run.signal));
	const failed = children.map(async (child): Promise<never> => {
		throw await child.failure();
	});
	// Once it serves, an end is the owner's to notice.
	for (const failure of failed) failure.catch(() => undefined);
	await Promise.race([...failed, Promise.all(serving)]);
	return children;
}

function service(name: string, logDir: string, args: readonly string[]): Child {
	return new Child({
		name: `the sample's ${name}`,
		command: process.execPath,
		args: [join(checkout, "samples/bookstore", `${name}.ts`), ...args],
		logFile: join(logDir, `${name}.log`),
	});
}

function serves(port: number, signal: AbortSignal): Promise<void> {
	return waitUntil({
		what: "the sample's start",
		timeoutMs: START_TIMEOUT_MS,
		probe: async () => (await fetch(`http://127.0.0.1:${port}/healthz`, { signal })).ok,
		signal,
	});
}
