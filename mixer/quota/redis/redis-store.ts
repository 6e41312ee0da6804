import { MixerError } from "../../error.ts";
import type { Clock } from "../../observe/clock.ts";
import type { Outcome, QuotaStore, StoreCall } from "../store.ts";
import { slotOf } from "./cluster-slot.ts";
import { counterKey, countersScript, outcomesOf, type Script, scriptCall } from "./script.ts";

/**
 * Calls that wait for an answer, those that timed out included: a server that hangs gets no more. What it does with them when it
 * goes on counts, though nobody was granted anything.
 */
export const MAX_UNANSWERED = 10_000;

/** What the store needs of a client: a single server's or a Cluster's, which finds the node by the first key. */
export interface ScriptClient {
	/** Rejects at once while there is no connection. */
	evalSha(sha: string, call: ScriptArguments): Promise<unknown>;
	eval(text: string, call: ScriptArguments): Promise<unknown>;
	del(key: string): Promise<number>;
	close(): void;
}

export interface ScriptArguments {
	readonly keys: string[];
	readonly arguments: string[];
}

export interface RedisQuotaStoreOptions {
	/** For messages. */
	readonly name: string;
	readonly client: ScriptClient;
	readonly cluster: boolean;
	/** Before every key. */
	readonly prefix: string;
	/** Of one answer. */
	readonly timeoutMs: number;
	readonly clock: Pick<Clock, "after">;
	/** The server's own clock unless another is given. */
	readonly script?: Script;
}

/**
 * Counts in Redis or Valkey, single or Cluster: one script and one round trip for a call. In a Cluster the counters of
 * one slot are a group; a call's answer is remembered in the same slot, so that every Mixer knows it.
 */
export class RedisQuotaStore implements QuotaStore {
	readonly #options: RedisQuotaStoreOptions;
	readonly #script: Script;
	#unanswered = 0;

	constructor(options: RedisQuotaStoreOptions) {
		this.#options = options;
		this.#script = options.script ?? countersScript();
	}

	groupOf(counter: string): string {
		return this.#options.cluster ? String(slotOf(counter)) : "";
	}

	async allocate(call: StoreCall): Promise<readonly Outcome[]> {
		const reply = await this.#within(() => this.#run(scriptCall(call, this.#options.prefix)));
		return outcomesOf(reply, call.operations.length);
	}

	async reset(counter: string): Promise<boolean> {
		const { client, prefix } = this.#options;
		return (await this.#within(() => client.del(counterKey(counter, prefix)))) > 0;
	}

	async close(): Promise<void> {
		this.#options.client.close();
	}

	/** A server that was restarted, or a new node, doesn't know the script. */
	async #run(call: ScriptArguments): Promise<unknown> {
		const { client } = this.#options;
		try {
			return await client.evalSha(this.#script.sha, call);
		} catch (error) {
			if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
			return client.eval(this.#script.text, call);
		}
	}

	/** Everything that a client can throw, and no answer in time, is unavailability; what was done is not known. */
	#within<T>(ask: () => Promise<T>): Promise<T> {
		const { timeoutMs, clock } = this.#options;
		if (this.#unanswered >= MAX_UNANSWERED)
			return Promise.reject(this.#unavailable(`${MAX_UNANSWERED} calls wait for it`));
		this.#unanswered++;
		return new Promise((resolve, reject) => {
			const cancel = clock.after(timeoutMs, () => reject(this.#unavailable(`no answer within ${timeoutMs} ms`)));
			ask()
				.then(resolve, (cause) => reject(this.#unavailable("the call failed", cause)))
				.finally(() => {
					this.#unanswered--;
					cancel();
				});
		});
	}

	#unavailable(what: string, cause?: unknown): MixerError {
		return new MixerError("unavailable", `quota store ${this.#options.name}: ${what}`, { cause });
	}
}
