import type { HttpSendSettings } from "../../galley/snapshot.ts";

/** One question to the engine. */
export interface EvaluationRequest {
	/** The revision whose requirements the input was made by; no other one is evaluated instead. */
	readonly revision: string;
	readonly entrypoint: string;
	/** A JSON object in UTF-8. */
	readonly input: Uint8Array;
	/** From now on, waiting included. */
	readonly deadlineMs: number;
}

/** The engine's answer. It never rejects. */
export type Evaluation =
	| {
			readonly status: "ok";
			/** The decision as JSON, just as the policy gave it. */
			readonly value: string;
			/** How long the answer holds for the same input; 0 where it must be asked again. */
			readonly validDurationMs: number;
	  }
	/** The entrypoint has no value for this input. */
	| { readonly status: "undefined" }
	/** A built-in failed, a conflict, memory or stack ran out, no JSON object as input: denied whatever failureMode says. */
	| { readonly status: "policy_error"; readonly error: string }
	/** Late, or too many waiting: the Policy's failureMode applies. */
	| { readonly status: "unavailable"; readonly error: string }
	| { readonly status: "unknown_revision" };

/** What a worker is told. */
export type WorkerCommand =
	| ({ readonly type: "load" } & LoadedRevision)
	| { readonly type: "unload"; readonly revision: string }
	| { readonly type: "evaluate"; readonly revision: string; readonly entrypoint: string; readonly input: Uint8Array };

/** One revision as workers hold it. */
export interface LoadedRevision {
	readonly revision: string;
	/** Compiled once for all workers. */
	readonly module: WebAssembly.Module;
	/** On shared memory: one copy for all workers. */
	readonly data: Uint8Array;
	/** Entrypoints of Policies that say strictBuiltinErrors: false. */
	readonly lenientEntrypoints: readonly string[];
	/** What its policies may do with the network; left out where none uses it. */
	readonly httpSend?: HttpSendSettings;
}

/** What a worker says: that it can be used, or the answer to its one evaluation. */
export type WorkerMessage =
	| { readonly type: "ready" }
	| {
			readonly type: "answer";
			readonly answer: WorkerAnswer;
			/** Whether the evaluation left the worker with more memory than is worth keeping. */
			readonly outgrown: boolean;
	  };

export type WorkerAnswer =
	| { readonly status: "ok"; readonly value: string /** The decision's own. */; readonly ttlSeconds?: number }
	| { readonly status: "undefined" }
	| { readonly status: "policy_error"; readonly error: string }
	| { readonly status: "unknown_revision" };
