import { protocolErrors, protocolErrorsCodesById } from "@platformatic/kafka";
import { errorsIn } from "./kafka-error.ts";

/** What a broker said of a partition's messages. */
export interface PartitionOutcome {
	/** By Kafka's protocol, such as MESSAGE_TOO_LARGE; undefined where they are written. */
	readonly error: string | undefined;
	/** Whether the protocol calls the error worth another try. */
	readonly canRetry: boolean;
	/** Places in the partition's messages of those that are themselves at fault, where the broker says so. */
	readonly faulty: ReadonlySet<number>;
}

/** Errors of a producer's state, not of what it sent: it begins anew and tries again. */
const PRODUCER_STATE: ReadonlySet<string> = new Set([
	"OUT_OF_ORDER_SEQUENCE_NUMBER",
	"UNKNOWN_PRODUCER_ID",
	"INVALID_PRODUCER_EPOCH",
	"INVALID_PRODUCER_ID_MAPPING",
]);

/** What brokers said, by partition, whatever else went wrong; of several answers for a partition the last. */
export function outcomesIn(error: unknown): Map<number, PartitionOutcome> {
	const outcomes = new Map<number, PartitionOutcome>();
	for (const response of responsesIn(error)) {
		for (const { index, errorCode, recordErrors = [] } of response.flatMap((topic) => topic.partitionResponses)) {
			outcomes.set(index, outcomeOf(errorCode, recordErrors));
		}
	}
	return outcomes;
}

interface TopicResponse {
	readonly partitionResponses: readonly {
		readonly index: number;
		readonly errorCode: number;
		readonly recordErrors?: readonly { readonly batchIndex: number }[];
	}[];
}

function outcomeOf(code: number, recordErrors: readonly { readonly batchIndex: number }[]): PartitionOutcome {
	if (code === 0) return { error: undefined, canRetry: false, faulty: new Set() };
	const names: Readonly<Record<number, string>> = protocolErrorsCodesById;
	const known: Readonly<Record<string, { readonly canRetry: boolean }>> = protocolErrors;
	const error = names[code] ?? "UNKNOWN_SERVER_ERROR";
	const canRetry = PRODUCER_STATE.has(error) || code === -1 || known[error]?.canRetry === true;
	return { error, canRetry, faulty: new Set(recordErrors.map(({ batchIndex }) => batchIndex)) };
}

/** Answers to Produce anywhere in an error, in the order in which they came. */
function responsesIn(error: unknown): (readonly TopicResponse[])[] {
	return errorsIn(error).flatMap((one) => {
		const response: unknown = Reflect.get(one, "response");
		return isProduceResponse(response) ? [response.responses] : [];
	});
}

function isProduceResponse(value: unknown): value is { readonly responses: readonly TopicResponse[] } {
	return typeof value === "object" && value !== null && "responses" in value && Array.isArray(value.responses);
}
