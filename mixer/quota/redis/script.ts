import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { MixerError } from "../../error.ts";
import { LEASE_SHARE, MAX_LEASE_MS, MAX_POOLS, MAX_WAIT_MS, ROLLING_STEPS } from "../rule.ts";
import { anotherCall, type Operation, type Outcome, REMEMBER_MS, type StoreCall } from "../store.ts";

/** A script as Redis knows it. */
export interface Script {
	readonly text: string;
	readonly sha: string;
}

const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");

/** The script that carries out a call; `clock` is the Lua that defines its time, the server's own. */
export function countersScript(clock: string = read("clock.lua")): Script {
	const text = clock + read("counters.lua");
	return { text, sha: createHash("sha1").update(text).digest("hex") };
}

const CONSTANTS = JSON.stringify([LEASE_SHARE, MAX_LEASE_MS, MAX_POOLS, ROLLING_STEPS, MAX_WAIT_MS]);

const ALGORITHMS = { fixed: 0, rolling: 1, gcra: 2 } as const;

/** Numbers for each operation in the script's reply. */
const REPLY_NUMBERS = 13;

/** The script's keys and arguments for a call. All keys of a call share a hash slot (redis-store.ts). */
export function scriptCall(
	{ dedupId, operations }: StoreCall,
	prefix: string,
): { keys: string[]; arguments: [string, string, string] } {
	const tag = operations[0]?.counter ?? "";
	const keys = [`${prefix}{${tag}}answer:${dedupId}`];
	const indexes = new Map<string, number>();
	const list = operations.map((operation) => {
		const { counter } = operation;
		const index = indexes.get(counter) ?? keys.push(counterKey(counter, prefix)) - 1;
		indexes.set(counter, index);
		return encode(operation, index);
	});
	const changes = operations.some(({ kind }) => kind !== "read");
	return { keys, arguments: [String(changes ? REMEMBER_MS : 0), JSON.stringify(list), CONSTANTS] };
}

/** A counter's key. Its name has no braces, so all of it is the hash tag. */
export function counterKey(counter: string, prefix: string): string {
	return `${prefix}{${counter}}`;
}

function encode(operation: Operation, index: number): (string | number)[] {
	const { rule, kind } = operation;
	const counting = [index, ALGORITHMS[rule.algorithm], rule.limit, rule.capacity, rule.windowMs];
	switch (kind) {
		case "charge":
			return [0, ...counting, operation.amount, Number(operation.bestEffort), Number(operation.binds)];
		case "lease": {
			const { amount, minimum, binds, pool, sequence, held } = operation;
			return [1, ...counting, amount, minimum, Number(binds), pool, sequence, held];
		}
		case "settle":
			return [2, ...counting, operation.amount, operation.reserved, operation.chargedAtMs];
		case "return":
			return [3, ...counting, operation.amount, operation.pool, operation.sequence, operation.held];
		case "read":
			return [4, ...counting, 0];
	}
}

/**
 * The outcomes in a script's reply.
 *
 * @throws MixerError "invalid" where it answers another call with the same id.
 */
export function outcomesOf(reply: unknown, count: number): Outcome[] {
	if (!isNumbers(reply)) throw new MixerError("internal", "Redis: the quota script's reply has another form");
	const [repeated = 0, passed = 0, ...numbers] = reply;
	const isRepeated = repeated === 1;
	if (numbers.length !== count * REPLY_NUMBERS) throw anotherCall();
	return Array.from({ length: count }, (_, index) => {
		const own = numbers.slice(index * REPLY_NUMBERS, (index + 1) * REPLY_NUMBERS);
		return decode(own, { isRepeated, passed });
	});
}

const STATUS = ["ok", "denied", "withheld", "stale"] as const;

function decode(numbers: readonly number[], { isRepeated, passed }: { isRepeated: boolean; passed: number }): Outcome {
	const at = (index: number) => numbers[index] ?? 0;
	const rest = (index: number) => Math.max(0, at(index) - passed);
	return {
		status: STATUS[at(0)] ?? "stale",
		granted: at(1),
		validMs: rest(2),
		remaining: at(3),
		resetMs: rest(4),
		retryAfterMs: rest(5),
		chargedAtMs: at(6),
		oneByOne: at(7) === 1,
		forfeited: at(8),
		used: at(9),
		leased: at(10),
		leasedChange: isRepeated ? 0 : at(11),
		stranded: isRepeated ? 0 : at(12),
		isRepeated,
	};
}

function isNumbers(value: unknown): value is number[] {
	return Array.isArray(value) && value.every((one) => typeof one === "number");
}
