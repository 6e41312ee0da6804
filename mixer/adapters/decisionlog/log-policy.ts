import { MixerError } from "../../error.ts";
import { systemClock } from "../../observe/clock.ts";
import type { CompiledLogRule } from "../../policy/compile-log-policy.ts";
import { PolicyPool } from "../../policy/policy-pool.ts";

/** Longest evaluation, in milliseconds: it holds up nothing but this log, and a batch has some hundreds. */
const DEADLINE_MS = 250;

/** What is asked waits for nothing else. */
const SIZE = { workers: 1, queuedChecks: 1 };

/** A log's own Rego in a worker thread: what it does ends with its deadline, and it holds up no check. */
export class LogPolicy {
	readonly #pool: PolicyPool;
	readonly #policies: ReadonlyMap<string, CompiledLogRule>;

	private constructor(pool: PolicyPool, policies: ReadonlyMap<string, CompiledLogRule>) {
		this.#pool = pool;
		this.#policies = policies;
	}

	/**
	 * Starts it.
	 *
	 * @param policies by what they are for.
	 * @throws MixerError "internal" where a thread can't start.
	 */
	static async start(policies: Readonly<Record<string, CompiledLogRule>>): Promise<LogPolicy> {
		const pool = new PolicyPool({ ...SIZE, clock: systemClock });
		for (const [use, { wasm, data }] of Object.entries(policies)) {
			const module = await WebAssembly.compile(Buffer.from(wasm, "base64"));
			const bytes = Buffer.from(data);
			const shared = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
			shared.set(bytes);
			pool.load({ revision: use, module, data: shared, lenientEntrypoints: [] });
		}
		await pool.started;
		return new LogPolicy(pool, new Map(Object.entries(policies)));
	}

	/**
	 * What a policy makes of an event; undefined where it has no value.
	 *
	 * @throws MixerError "policy" where it fails or takes too long.
	 */
	async evaluate(use: string, event: Uint8Array): Promise<unknown> {
		const policy = this.#policies.get(use);
		if (policy === undefined) return undefined;
		const question = { revision: use, entrypoint: policy.entrypoint, input: event, deadlineMs: DEADLINE_MS };
		const answer = await this.#pool.evaluate(question);
		if (answer.status === "ok") return JSON.parse(answer.value);
		if (answer.status === "undefined") return undefined;
		throw new MixerError("policy", "error" in answer ? answer.error : `${policy.entrypoint} is not loaded`);
	}

	stop(): Promise<void> {
		return this.#pool.stop();
	}
}
