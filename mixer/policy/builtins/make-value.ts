import { compareValues, type RegoValue } from "./rego-value.ts";

export const NULL: RegoValue = { type: "null" };

/** A string. */
export function text(value: string): RegoValue {
	return { type: "string", value };
}

/** A finite number, or digits as OPA reads them. */
export function number(value: number | bigint | string): RegoValue {
	return { type: "number", text: String(value) };
}

export function boolean(value: boolean): RegoValue {
	return { type: "boolean", value };
}

export function array(items: readonly RegoValue[]): RegoValue {
	return { type: "array", items };
}

/** A set of these: in OPA's order, each once. */
export function set(items: readonly RegoValue[]): RegoValue {
	const sorted = items.toSorted(compareValues);
	return {
		type: "set",
		items: sorted.filter((item, i) => i === 0 || compareValues(item, sorted[i - 1] ?? NULL) !== 0),
	};
}

/** An object of these members, in OPA's order; of two with one key the last counts. */
export function object(members: Iterable<readonly [RegoValue, RegoValue]>): RegoValue {
	const sorted = [...members].sort(([a], [b]) => compareValues(a, b));
	return {
		type: "object",
		members: sorted.filter(([key], i) => {
			const next = sorted[i + 1];
			return next === undefined || compareValues(key, next[0]) !== 0;
		}),
	};
}

/** An object whose keys are strings; undefined members are left out. */
export function record(members: Readonly<Record<string, RegoValue | undefined>>): RegoValue {
	return object(Object.entries(members).flatMap(([key, value]) => (value ? [[text(key), value] as const] : [])));
}

/**
 * A value of JavaScript as JSON has it: undefined members are left out, whole numbers may be bigint.
 *
 * @throws TypeError where JSON has no such value.
 */
export function fromPlain(value: unknown): RegoValue {
	if (value === null || value === undefined) return NULL;
	if (typeof value === "string") return text(value);
	if (typeof value === "boolean") return boolean(value);
	if (typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value))) return number(value);
	if (Array.isArray(value)) return array(value.map(fromPlain));
	if (typeof value !== "object") throw new TypeError(`${String(value)} is no JSON`);
	const members = Object.entries(value).filter(([, member]) => member !== undefined);
	return object(members.map(([key, member]) => [text(key), fromPlain(member)] as const));
}
