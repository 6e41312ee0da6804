import type { Fault } from "./fault.ts";
import { parseFaults } from "./fault-text.ts";

/** What kind of trouble a MixerError is; a closed list, so that every place that answers one can switch over it. */
export type ErrorCode =
	/** Something a person wrote is wrong: configuration, policy, bundle. */
	| "invalid"
	/** A policy failed on this input. */
	| "policy"
	/** Late, overloaded, stopped or unreachable: another try may work. */
	| "unavailable"
	/** The revision asked for is not held. */
	| "unknown_revision"
	/** A program this needs (opa, envoy) is missing or has the wrong version. */
	| "tool"
	/** A defect of ours. */
	| "internal";

/** The one error the Mixer throws. `message` is for people and names what, where and what to do. */
export class MixerError extends Error {
	readonly code: ErrorCode;
	readonly #faults: readonly Fault[] | undefined;

	/** @param options.faults what `message` says, where more is known of it. */
	constructor(code: ErrorCode, message: string, options: { cause?: unknown; faults?: readonly Fault[] } = {}) {
		super(message, options);
		this.name = "MixerError";
		this.code = code;
		this.#faults = options.faults;
	}

	/** What is wrong, one by one and each with its place. */
	get faults(): readonly Fault[] {
		return this.#faults ?? parseFaults(this.message);
	}

	/** Whatever was thrown, as this class: the only place where an unknown becomes one. */
	static from(thrown: unknown): MixerError {
		if (thrown instanceof MixerError) return thrown;
		const message = thrown instanceof Error ? thrown.message : String(thrown);
		return new MixerError("internal", message, { cause: thrown });
	}
}
