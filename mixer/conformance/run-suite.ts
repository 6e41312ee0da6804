import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cases } from "./cases.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import type { Backend, Conduct, Harness } from "./harness.ts";
import { HttpBackend } from "./http-backend.ts";
import { runThread, type ThreadEnd } from "./run-thread.ts";
import type { AdapterRef, Outcome } from "./thread-messages.ts";

/** How a case ended, with what it is about. */
export type CaseResult = { readonly name: string; readonly promise: string } & Outcome;

export interface SuiteOptions {
	readonly adapter: AdapterRef;
	/** The harness and its file; left out where there is none. */
	readonly harness?: { readonly file: string; readonly value: Harness } | undefined;
	/** Names of cases; all if left out. */
	readonly only?: readonly string[] | undefined;
	/** The longest that a case may take before its thread is ended. */
	readonly maxCaseMs?: number | undefined;
	/** Is told of each result as it comes. */
	readonly onResult?: (result: CaseResult) => void;
}

/** What a backend that says nothing of it can do. */
const USUAL: readonly Conduct[] = ["failing", "refusing", "hanging", "gone"];

/**
 * Runs the conformance suite over an adapter.
 *
 * @throws MixerError "invalid" where the adapter or the harness can't be loaded or the backend not be started.
 */
export async function runSuite(options: SuiteOptions): Promise<readonly CaseResult[]> {
	const { adapter, harness, only } = options;
	const folder = await mkdtemp(join(tmpdir(), "sluice-conformance-"));
	const backend = await startBackend(harness?.value);
	const conducts = backend && (["sound", ...(backend.conducts ?? USUAL)] as const);
	const task = { adapter, harness: harness?.file, folder, backend: { url: backend?.url ?? "", conducts } };
	const results: CaseResult[] = [];
	try {
		const chosen = cases.filter(({ name }) => only === undefined || only.includes(name));
		const add = (found: ConformanceCase, outcome: Outcome) => {
			const result = { name: found.name, promise: found.promise, ...outcome };
			results.push(result);
			options.onResult?.(result);
		};
		const run = (names: readonly string[], onOutcome: (name: string, outcome: Outcome) => void) =>
			runThread({ ...task, cases: names }, { backend, onOutcome, maxCaseMs: options.maxCaseMs });
		await runTogether(
			chosen.filter(({ isAlone }) => isAlone !== true),
			{ add, run },
		);
		for (const found of chosen.filter(({ isAlone }) => isAlone === true)) {
			await backend?.behave("sound");
			const end = await run([found.name], () => {});
			add(found, aloneOutcome(found, end));
		}
		return results;
	} finally {
		await backend?.stop();
		await rm(folder, { recursive: true, force: true });
	}
}

interface Runner {
	readonly add: (found: ConformanceCase, outcome: Outcome) => void;
	readonly run: (names: readonly string[], onOutcome: (name: string, outcome: Outcome) => void) => Promise<ThreadEnd>;
}

/** In one thread, and on in another where a case ends it. */
async function runTogether(some: readonly ConformanceCase[], { add, run }: Runner): Promise<void> {
	let left = some;
	while (left.length > 0) {
		const { outcomes, unfinished } = await run(
			left.map(({ name }) => name),
			(name, outcome) => {
				const found = left.find((one) => one.name === name);
				if (found !== undefined) add(found, outcome);
			},
		);
		const broken = left.find(({ name }) => name === unfinished);
		if (broken !== undefined) add(broken, BLOCKED);
		left = left.filter(({ name }) => !outcomes.has(name) && name !== unfinished);
	}
}

const BLOCKED: Outcome = {
	status: "failed",
	what: "the thread was blocked, or ended by an error that nobody caught",
	cure: "compute in small steps, bound every loop, and catch what listeners and timers throw",
};

function aloneOutcome({ name }: ConformanceCase, { outcomes, isClean, resources }: ThreadEnd): Outcome {
	const outcome = outcomes.get(name) ?? BLOCKED;
	if (outcome.status !== "passed" || isClean) return outcome;
	const open = resources.filter((resource) => resource !== "MessagePort");
	const which = open.length === 0 ? "" : ` (${[...new Set(open)].join(", ")})`;
	return {
		status: "failed",
		what: `something keeps the process after close${which}`,
		cure: "clear timers and destroy sockets in close",
	};
}

async function startBackend(harness: Harness | undefined): Promise<Backend | undefined> {
	if (harness === undefined || harness.backend === "none") return undefined;
	return harness.backend === "http" ? HttpBackend.start(harness) : harness.backend();
}
