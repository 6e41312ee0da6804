import { z } from "zod";
import type { Clock } from "../observe/clock.ts";
import type { Evaluation, EvaluationRequest } from "./evaluation.ts";
import { PolicyPool, type PolicyPoolSize } from "./policy-pool.ts";
import { proveBuild } from "./prove-build.ts";
import type { Build } from "./requirements.ts";
import { validDurationMs } from "./valid-duration.ts";

/** Revisions kept: while Envoys change over, some still ask for the one before, and a person may go back. */
const KEPT_REVISIONS = 3;

/** `workers`: threads that evaluate. `queuedChecks`: evaluations that may wait for one; one more is answered unavailable. */
export interface PolicyEngineOptions extends PolicyPoolSize {
	readonly clock: Clock;
}

/** What a revision allows a Check. */
export interface RevisionLimits {
	readonly maxInputBytes: number;
	/** By entrypoint: the longest deadline of the Policies that ask it. */
	readonly deadlinesMs: ReadonlyMap<string, number>;
}

interface HeldRevision extends RevisionLimits {
	/** The entrypoints whose answers hold for a while. */
	readonly deterministic: ReadonlySet<string>;
	/** How long one holds that doesn't say. */
	readonly ttlMs: number;
}

const PluginConfig = z.object({
	limits: z.object({ inputBytes: z.number(), bodyBytes: z.number() }),
	cache: z.object({ ttlMs: z.number() }),
	policies: z.array(
		z.object({ entrypoint: z.string(), placement: z.string(), deadlineMs: z.number(), body: z.string() }),
	),
});

/** Evaluates policies placed in the Mixer of the last few builds in worker threads: an evaluation can neither block nor end the Mixer. */
export class PolicyEngine {
	readonly #pool: PolicyPool;
	/** The newest last. */
	readonly #held = new Map<string, HeldRevision>();

	constructor(options: PolicyEngineOptions) {
		this.#pool = new PolicyPool(options);
	}

	/** The newest revision; undefined before the first. */
	get revision(): string | undefined {
		return [...this.#held.keys()].at(-1);
	}

	/** How often a worker was ended because an evaluation passed its deadline. */
	get kills(): number {
		return this.#pool.kills;
	}

	/** Changes how many evaluate and wait, without ending an evaluation. */
	resize(size: PolicyPoolSize): void {
		this.#pool.resize(size);
	}

	/**
	 * Takes a build; the oldest beyond the last few is given up. When it resolves, a worker is there to evaluate it.
	 *
	 * @throws MixerError "invalid" where it cannot run here, such as for a built-in that the Mixer doesn't have. What was
	 * held stays.
	 */
	async load(build: Build): Promise<void> {
		const { revision, httpSend } = build.requirements;
		proveBuild(build);
		if (build.policyWasm.byteLength > 0 && !this.#held.has(revision)) {
			const data = new Uint8Array(new SharedArrayBuffer(build.data.byteLength));
			data.set(build.data);
			const module = await WebAssembly.compile(build.policyWasm);
			const lenientEntrypoints = lenientOf(build);
			this.#pool.load({ revision, module, data, lenientEntrypoints, ...(httpSend && { httpSend }) });
		}
		await this.#pool.started;
		this.#held.delete(revision);
		this.#held.set(revision, heldRevision(build));
		this.#forget();
	}

	/** What a revision allows a Check; undefined where it is not held. */
	limits(revision: string): RevisionLimits | undefined {
		return this.#held.get(revision);
	}

	/** Evaluates one entrypoint of one revision, which has to be held and be asked for by one of its Policies. */
	async evaluate(request: EvaluationRequest): Promise<Evaluation> {
		const held = this.#held.get(request.revision);
		if (held === undefined) return { status: "unknown_revision" };
		if (!held.deadlinesMs.has(request.entrypoint)) {
			return { status: "policy_error", error: `no Policy asks for the entrypoint ${request.entrypoint}` };
		}
		const answer = await this.#pool.evaluate(request);
		if (answer.status !== "ok") return answer;
		const { value, ttlSeconds } = answer;
		const deterministic = held.deterministic.has(request.entrypoint);
		return {
			status: "ok",
			value,
			validDurationMs: validDurationMs({ deterministic, ttlSeconds, defaultMs: held.ttlMs }),
		};
	}

	/** Answers what waits with unavailable and ends the workers. */
	async stop(): Promise<void> {
		await this.#pool.stop();
	}

	#forget(): void {
		for (const revision of [...this.#held.keys()].slice(0, -KEPT_REVISIONS)) {
			this.#held.delete(revision);
			this.#pool.unload(revision);
		}
	}
}

function lenientOf({ requirements }: Build): string[] {
	const lenient = requirements.policies.filter(({ strictBuiltinErrors }) => !strictBuiltinErrors);
	return lenient.map(({ entrypoint }) => entrypoint);
}

function heldRevision({ requirements, pluginConfig }: Build): HeldRevision {
	const { limits, cache, policies } = PluginConfig.parse(JSON.parse(pluginConfig));
	const asking = policies.filter(({ placement }) => placement === "mixer");
	const readsBodies = asking.some(({ body }) => body !== "none");
	const deadlinesMs = new Map<string, number>();
	for (const { entrypoint, deadlineMs } of asking) {
		deadlinesMs.set(entrypoint, Math.max(deadlinesMs.get(entrypoint) ?? 0, deadlineMs));
	}
	const deterministic = requirements.policies.filter((policy) => policy.deterministic);
	return {
		// As the filter's largestInputBytes (filters/attributes/limits.ts).
		maxInputBytes: limits.inputBytes + (readsBodies ? 2 * limits.bodyBytes : 0),
		ttlMs: cache.ttlMs,
		deadlinesMs,
		deterministic: new Set(deterministic.map(({ entrypoint }) => entrypoint)),
	};
}
