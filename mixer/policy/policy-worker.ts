import { parentPort, workerData } from "node:worker_threads";
import type { LoadedRevision, WorkerAnswer, WorkerCommand, WorkerMessage } from "./evaluation.ts";
import { WorkerPolicy } from "./worker-policy.ts";

// A worker thread of the policy pool: evaluates one input at a time, and may be killed at any point.

const held = new Map<string, WorkerPolicy>();

function load(revision: LoadedRevision): void {
	held.set(revision.revision, new WorkerPolicy({ ...revision, now: Date.now }));
}

function obey(command: WorkerCommand): void {
	switch (command.type) {
		case "load":
			load(command);
			break;
		case "unload":
			held.get(command.revision)?.close();
			held.delete(command.revision);
			break;
		case "evaluate": {
			const policy = held.get(command.revision);
			const answer: WorkerAnswer = policy?.evaluate(command.entrypoint, command.input) ?? {
				status: "unknown_revision",
			};
			say({ type: "answer", answer, outgrown: policy?.outgrown ?? false });
			policy?.prepare();
		}
	}
}

function say(message: WorkerMessage): void {
	parentPort?.postMessage(message);
}

const first: readonly LoadedRevision[] = workerData;
for (const revision of first) load(revision);
parentPort?.on("message", obey);
say({ type: "ready" });
