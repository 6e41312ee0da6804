import type { Adapter, Signal } from "../adapter.ts";

/** The signals that an adapter can take. */
export const SIGNALS: Readonly<Record<Signal, true>> = {
	record: true,
	metric: true,
	log: true,
	span: true,
};

/** Names stand in messages, on one line. */
const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,62}$/;

type Check = (value: unknown) => string | undefined;

/** What each field must be: undefined where it is. */
const FIELDS: readonly (readonly [field: string, check: Check])[] = [
	["name", (value) => unless(typeof value === "string" && NAME.test(value), "a name of letters, digits, - . _")],
	["signals", (value) => unless(areSignals(value), `a list of ${Object.keys(SIGNALS).join(", ")}, not empty`)],
	["configSchema", (value) => unless(isSchema(value), 'a JSON Schema with type: "object"')],
	["attributes", (value) => unless(value === undefined || isFunction(value), "a function, or left out")],
	["exposes", (value) => unless(value === undefined || typeof value === "boolean", "true or false, or left out")],
	["build", (value) => unless(isFunction(value), "a function")],
];

/** What keeps a value from being an adapter, each with its field; empty where it is one. */
export function shapeFaults(value: object): string[] {
	const fields = new Map(Object.entries(value));
	return FIELDS.flatMap(([field, check]) => {
		const expected = check(fields.get(field));
		if (expected === undefined) return [];
		return [`${field} ${fields.has(field) ? "" : "is missing: it "}must be ${expected}`];
	});
}

/** Whether a value has the shape of an adapter. */
export function isAdapter(value: object): value is Adapter {
	return shapeFaults(value).length === 0;
}

function unless(isRight: boolean, expected: string): string | undefined {
	return isRight ? undefined : expected;
}

function areSignals(value: unknown): boolean {
	if (!Array.isArray(value) || value.length === 0 || new Set(value).size < value.length) return false;
	return value.every((signal) => typeof signal === "string" && Object.hasOwn(SIGNALS, signal));
}

function isSchema(value: unknown): boolean {
	return typeof value === "object" && value !== null && "type" in value && value.type === "object";
}

function isFunction(value: unknown): boolean {
	return typeof value === "function";
}
