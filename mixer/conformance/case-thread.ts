import { parentPort, workerData } from "node:worker_threads";
import type { Adapter } from "../adapters/adapter.ts";
import { loadAdapter } from "../adapters/loading/load-adapter.ts";
import { adapters } from "../adapters/registry.ts";
import { MixerError } from "../error.ts";
import { type BackendLink, CaseContext } from "./case-context.ts";
import { CaseFailure, NotRun } from "./case-failure.ts";
import { cases } from "./cases.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import type { Conduct, Harness } from "./harness.ts";
import { loadHarness } from "./load-harness.ts";
import { NO_HARNESS } from "./no-harness.ts";
import type { AdapterRef, BackendAnswer, Outcome, ThreadMessage, ThreadTask } from "./thread-messages.ts";

// Runs cases one after the other, in a thread of its own: what an adapter blocks, leaks or breaks stays here.

const port = parentPort;
if (port === null) throw new MixerError("internal", "case-thread.ts is started as a thread");
const task: ThreadTask = workerData;
const pending = new Map<number, (answer: BackendAnswer) => void>();

port.on("message", (answer: BackendAnswer) => {
	pending.get(answer.id)?.(answer);
	pending.delete(answer.id);
});

const context = new CaseContext({
	adapter: await adapterOf(task.adapter),
	harness: await harnessOf(task.harness),
	backend: backendLink(),
	folder: task.folder,
});
for (const name of task.cases) {
	const found = cases.find((one) => one.name === name);
	if (found === undefined) continue;
	say({ started: name });
	say({ ended: name, outcome: await outcomeOf(found) });
}
say({ over: true, resources: process.getActiveResourcesInfo() });
// From here on only what the adapter has left open keeps the thread.
port.unref();

async function outcomeOf(found: ConformanceCase): Promise<Outcome> {
	try {
		await found.run(context);
		return { status: "passed" };
	} catch (error) {
		if (error instanceof NotRun) return { status: "not_run", reason: error.message };
		if (error instanceof CaseFailure) return { status: "failed", what: error.message, cure: error.cure };
		return { status: "failed", what: `it throws: ${MixerError.from(error).message}` };
	} finally {
		await context.tidy();
	}
}

function backendLink(): BackendLink {
	let id = 0;
	const ask = (question: { call: "behave"; conduct: Conduct } | { call: "reached" }) => {
		const { promise, resolve, reject } = Promise.withResolvers<number>();
		pending.set(++id, (answer) => {
			if ("value" in answer) resolve(answer.value);
			else reject(new MixerError("invalid", answer.fault));
		});
		say({ id, ...question });
		return promise;
	};
	return {
		...task.backend,
		behave: async (conduct) => {
			if (task.backend.conducts !== undefined) await ask({ call: "behave", conduct });
		},
		reached: async () => (task.backend.conducts === undefined ? 0 : ask({ call: "reached" })),
	};
}

async function adapterOf(ref: AdapterRef): Promise<Adapter> {
	if ("file" in ref) return loadAdapter(ref.file);
	const adapter = adapters.get(ref.word);
	if (adapter === undefined) throw new MixerError("invalid", `there is no adapter ${ref.word}`);
	return adapter;
}

async function harnessOf(file: string | undefined): Promise<Harness> {
	return file === undefined ? NO_HARNESS : loadHarness(file);
}

function say(message: ThreadMessage): void {
	port?.postMessage(message);
}
