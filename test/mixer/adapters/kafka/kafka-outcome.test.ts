import assert from "node:assert/strict";
import { test } from "node:test";
import { MultipleErrors, NetworkError, ResponseError } from "@platformatic/kafka";
import { describe } from "../../../../mixer/adapters/kafka/kafka-error.ts";
import { outcomesIn } from "../../../../mixer/adapters/kafka/kafka-outcome.ts";

/** As the library reports an answer to Produce, version 11, with these codes by partition. */
function answer(codes: Readonly<Record<number, number>>, faulty: readonly number[] = []): ResponseError {
	const partitionResponses = Object.entries(codes).map(([index, errorCode]) => {
		const recordErrors = errorCode === 0 ? [] : faulty.map((batchIndex) => ({ batchIndex }));
		return { index: Number(index), errorCode, recordErrors };
	});
	const errors = Object.entries(codes).filter(([, code]) => code !== 0);
	const described = errors.map(([index, code]): [string, [number, null]] => [`/${index}`, [code, null]]);
	return new ResponseError(0, 11, Object.fromEntries(described), { responses: [{ name: "t", partitionResponses }] });
}

function outcomes(error: unknown) {
	return Array.from(outcomesIn(error), ([partition, { error: id, canRetry, faulty }]) => {
		return [partition, id, canRetry, [...faulty]];
	});
}

test("tells partitions apart: written, refused for good, worth another try", () => {
	assert.deepEqual(outcomes(answer({ 0: 0, 1: 10, 2: 19 })), [
		[0, undefined, false, []],
		[1, "MESSAGE_TOO_LARGE", false, []],
		[2, "NOT_ENOUGH_REPLICAS", true, []],
	]);
});

test("calls a producer that brokers know no more worth another try, and what they cannot name", () => {
	for (const [code, id] of [
		[45, "OUT_OF_ORDER_SEQUENCE_NUMBER"],
		[47, "INVALID_PRODUCER_EPOCH"],
		[49, "INVALID_PRODUCER_ID_MAPPING"],
		[59, "UNKNOWN_PRODUCER_ID"],
		[-1, "UNKNOWN_SERVER_ERROR"],
	] as const) {
		assert.deepEqual(outcomes(answer({ 0: code })), [[0, id, true, []]], id);
	}
});

test("knows the messages that are at fault themselves", () => {
	assert.deepEqual(outcomes(answer({ 0: 87 }, [1, 3])), [[0, "INVALID_RECORD", false, [1, 3]]]);
});

test("finds answers in errors of several tries and brokers, the last of each partition", () => {
	const tries = new MultipleErrors("produce failed 2 times.", [answer({ 0: 19, 1: 0 }), answer({ 0: 0 })]);
	const all = new MultipleErrors("Producing messages failed.", [tries, new NetworkError("Connection closed")]);
	assert.deepEqual(outcomes(all), [
		[0, undefined, false, []],
		[1, undefined, false, []],
	]);
	assert.deepEqual(outcomes(new NetworkError("Connection closed")), []);
});

test("describes an error by its innermost words", () => {
	const cause = new NetworkError("connect ECONNREFUSED");
	const error = new MultipleErrors("twice", [
		new NetworkError("failed", { cause }),
		new NetworkError("failed", { cause }),
	]);
	assert.equal(describe(error), "connect ECONNREFUSED");
});
