import { create } from "@bufbuild/protobuf";
import {
	type CheckRequest,
	type CheckResponse,
	CheckResponseSchema,
	type Decision,
	Decision_Status,
	DecisionSchema,
} from "../api/generated/mixer_pb.js";
import { MixerError } from "../error.ts";
import type { PolicyEngine } from "../policy/engine.ts";
import type { Evaluation } from "../policy/evaluation.ts";

/** Most entrypoints of one Check: far more Policies than can target one request. */
export const MAX_ENTRYPOINTS = 256;

/** Longest text of a policy's error that goes to the filter's log. */
const MAX_ERROR_CHARACTERS = 1024;

export interface CheckServiceOptions {
	readonly engine: Pick<PolicyEngine, "revision" | "limits" | "evaluate">;
	/** Told of every decision, for a metric: ok, undefined, policy_error, unavailable, unknown_revision. */
	readonly onDecision?: (result: Evaluation["status"]) => void;
}

/**
 * Answers Mixer.Check: one decision for each entrypoint, in the same order, each within its Policies' deadline. A
 * revision that is not held is never replaced by another.
 *
 * @returns the call; it rejects with a MixerError "invalid" for a request no filter makes.
 */
export function checkService(options: CheckServiceOptions): (request: CheckRequest) => Promise<CheckResponse> {
	const { engine, onDecision = () => undefined } = options;
	return async (request) => {
		const { entrypoints } = request;
		if (entrypoints.length === 0 || entrypoints.length > MAX_ENTRYPOINTS) {
			throw new MixerError("invalid", `${entrypoints.length} entrypoints: 1 to ${MAX_ENTRYPOINTS} can be asked`);
		}
		const evaluations = await Promise.all(entrypoints.map((entrypoint) => evaluate(engine, request, entrypoint)));
		for (const { status } of evaluations) onDecision(status);
		const unknownRevision = evaluations.some(({ status }) => status === "unknown_revision");
		const decisions = unknownRevision ? [] : evaluations.map(toDecision);
		return create(CheckResponseSchema, { revision: engine.revision ?? "", unknownRevision, decisions });
	};
}

async function evaluate(
	engine: CheckServiceOptions["engine"],
	{ revision, input }: CheckRequest,
	entrypoint: string,
): Promise<Evaluation> {
	const held = engine.limits(revision);
	if (held === undefined) return { status: "unknown_revision" };
	if (input.byteLength > held.maxInputBytes) {
		const error = `an input of ${input.byteLength} bytes is over the limit of ${held.maxInputBytes}`;
		return { status: "policy_error", error };
	}
	// An entrypoint that no Policy asks for has no deadline, and the engine refuses it.
	const deadlineMs = held.deadlinesMs.get(entrypoint) ?? 0;
	return engine.evaluate({ revision, entrypoint, input, deadlineMs });
}

function toDecision(evaluation: Evaluation): Decision {
	switch (evaluation.status) {
		case "ok":
			return create(DecisionSchema, {
				status: Decision_Status.OK,
				value: Buffer.from(evaluation.value),
				validDurationMs: evaluation.validDurationMs,
			});
		case "undefined":
			return create(DecisionSchema, { status: Decision_Status.UNDEFINED });
		case "policy_error":
			return failure(Decision_Status.POLICY_ERROR, evaluation.error);
		case "unavailable":
			return failure(Decision_Status.UNAVAILABLE, evaluation.error);
		case "unknown_revision":
			return failure(Decision_Status.UNAVAILABLE, "the revision is not held");
	}
}

function failure(status: Decision_Status, error: string): Decision {
	return create(DecisionSchema, { status, error: error.slice(0, MAX_ERROR_CHARACTERS) });
}
