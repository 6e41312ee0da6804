import { MixerError } from "../error.ts";
import type { LoadedRevision, WorkerAnswer } from "./evaluation.ts";
import { PolicyNetwork } from "./network/policy-network.ts";
import { checkPolicyInput } from "./policy-input.ts";
import { PolicyInstance } from "./policy-instance.ts";

/** A revision in a worker: an instance ready for the next evaluation, whatever the last one did to its own. */
export class WorkerPolicy {
	readonly #options: LoadedRevision & { readonly now: () => number };
	readonly #network: PolicyNetwork | undefined;
	#instance: PolicyInstance | undefined;

	constructor(options: LoadedRevision & { readonly now: () => number }) {
		this.#options = options;
		this.#network = options.httpSend && new PolicyNetwork(options.httpSend);
		this.prepare();
	}

	/** Whether evaluations made its memory too large to keep. */
	get outgrown(): boolean {
		return this.#instance?.outgrown ?? false;
	}

	/** Makes the next evaluation quick: called when no answer waits. */
	prepare(): void {
		this.#instance ??= new PolicyInstance({ ...this.#options, ...(this.#network && { network: this.#network }) });
	}

	/** Called when it is not asked any more. */
	close(): void {
		this.#network?.close();
	}

	evaluate(entrypoint: string, input: Uint8Array): WorkerAnswer {
		try {
			checkPolicyInput(input);
			this.prepare();
			return answerOf(this.#evaluate(entrypoint, input));
		} catch (error) {
			return { status: "policy_error", error: MixerError.from(error).message };
		}
	}

	#evaluate(entrypoint: string, input: Uint8Array): string | undefined {
		const instance = this.#instance;
		const id = instance?.entrypoints.get(entrypoint);
		if (instance === undefined || id === undefined) {
			throw new MixerError("policy", `${entrypoint} is no entrypoint of this revision`);
		}
		// A throw leaves the instance unusable, so it is given up first and taken back after.
		this.#instance = undefined;
		const strictBuiltinErrors = !this.#options.lenientEntrypoints.includes(entrypoint);
		const value = instance.evaluate(id, input, { strictBuiltinErrors });
		this.#instance = instance;
		return value;
	}
}

function answerOf(value: string | undefined): WorkerAnswer {
	if (value === undefined) return { status: "undefined" };
	const ttlSeconds = ttlOf(value);
	return ttlSeconds === undefined ? { status: "ok", value } : { status: "ok", value, ttlSeconds };
}

function ttlOf(value: string): number | undefined {
	if (!value.includes('"ttl"')) return undefined;
	const decision: unknown = JSON.parse(value);
	if (typeof decision !== "object" || decision === null || !("ttl" in decision)) return undefined;
	return typeof decision.ttl === "number" ? decision.ttl : undefined;
}
