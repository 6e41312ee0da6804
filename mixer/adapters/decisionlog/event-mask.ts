import { MixerError } from "../../error.ts";
import type { AdapterEnv } from "../adapter.ts";
import { type DecisionEvent, omitInput } from "./decision-event.ts";
import type { LogPolicy } from "./log-policy.ts";
import { applyMask, type Maskable } from "./mask-rules.ts";

/** Failures one after the other after which a batch's other events are not put to the policy: each may take its deadline. */
const MAX_FAILURES = 3;

/** How often failures are logged at most, in milliseconds. */
const LOG_INTERVAL_MS = 60_000;

/** Puts events to a log's Rego. Where that fails, an event has neither input nor result: never what was to be masked. */
export class EventMask {
	readonly #policy: Pick<LogPolicy, "evaluate">;
	readonly #hasMask: boolean;
	readonly #env: Pick<AdapterEnv, "logger" | "name" | "now">;
	#failures = 0;
	#unlogged = 0;
	#loggedMs = Number.NEGATIVE_INFINITY;

	constructor(parts: {
		policy: Pick<LogPolicy, "evaluate">;
		hasMask: boolean;
		env: Pick<AdapterEnv, "logger" | "name" | "now">;
	}) {
		this.#policy = parts.policy;
		this.#hasMask = parts.hasMask;
		this.#env = parts.env;
	}

	/** Another batch. */
	begin(): void {
		this.#failures = 0;
	}

	/** Changes an event as its mask says; what is to be dropped is not changed. */
	async apply(event: DecisionEvent): Promise<"keep" | "drop"> {
		try {
			if (this.#failures >= MAX_FAILURES) throw new MixerError("policy", "it failed too often in this batch");
			const isDropped = await this.#change(event);
			this.#failures = 0;
			return isDropped ? "drop" : "keep";
		} catch (error) {
			this.#failures++;
			// What was changed in part is not shown either.
			omitInput(event, "mask_failed");
			delete event.result;
			this.#log(MixerError.from(error).message);
			return "keep";
		}
	}

	async #change(event: DecisionEvent): Promise<boolean> {
		const bytes = Buffer.from(JSON.stringify(event));
		if ((await this.#policy.evaluate("drop", bytes)) === true) return true;
		if (!this.#hasMask) return false;
		const value = await this.#policy.evaluate("mask", bytes);
		if (value === undefined) throw new MixerError("policy", "the mask is undefined");
		const changed: Maskable = { input: event.input, result: event.result };
		if (changed.input === undefined) delete changed.input;
		if (changed.result === undefined) delete changed.result;
		const { erased, masked } = applyMask(changed, value);
		delete event.input;
		delete event.result;
		Object.assign(event, changed);
		if (erased.length > 0) event.erased = erased;
		if (masked.length > 0) event.masked = masked;
		return false;
	}

	#log(reason: string): void {
		this.#unlogged++;
		const { logger, name, now } = this.#env;
		if (now() - this.#loggedMs < LOG_INTERVAL_MS) return;
		this.#loggedMs = now();
		const fields = { handler: name, decisions: this.#unlogged, reason };
		logger.error(fields, "decisions are logged without input: its mask or drop rule failed");
		this.#unlogged = 0;
	}
}
