import {
	type AttributeName,
	type AttributeType,
	type TelemetryRecord,
	vocabulary,
} from "../api/generated/vocabulary.ts";
import type { Expressions } from "./expressions.ts";
import { labelText } from "./result-value.ts";

/** Combinations of attributes whose labels are remembered; beyond it they are all forgotten, and worked out again. */
const MAX_REMEMBERED = 10_000;

/** What a label has whose expression has no value: Istio's word. */
export const UNKNOWN = "unknown";

/** Types of few different values. What depends on others is worked out for each record. */
const REMEMBERED_TYPES: ReadonlySet<AttributeType> = new Set(["string", "int64", "bool", "ip"] as const);

/** A lone surrogate: no text that was decoded from UTF-8 contains it, so different values make different keys. */
const SEPARATOR = "\ud800";

export interface LabelMakerOptions {
	readonly match: readonly string[];
	readonly labels: readonly string[];
	readonly expressions: Expressions;
}

/**
 * Makes the labels of a record, or nothing where it doesn't match. CEL is pure, so what was worked out for the same
 * attributes is taken again: the same list, at the price of looking it up.
 */
export class LabelMaker {
	readonly #work: (record: TelemetryRecord) => readonly string[] | null;
	readonly #key: ((record: TelemetryRecord) => string) | undefined;
	readonly #remembered = new Map<string, readonly string[] | null>();
	#record: TelemetryRecord | undefined;
	#result: readonly string[] | null = null;

	constructor({ match, labels, expressions }: LabelMakerOptions) {
		const matches = match.map((text) => expressions.evaluate(text));
		const values = labels.map((text) => expressions.evaluate(text));
		this.#work = (record) => {
			if (!matches.every((isMatch) => isMatch(record) === true)) return null;
			return values.map((value) => textOf(value(record)));
		};
		this.#key = keyOf(new Set([...match, ...labels].flatMap((text) => expressions.attributes(text))));
	}

	/** Several metrics ask for the same record. */
	labels(record: TelemetryRecord): readonly string[] | null {
		if (record === this.#record) return this.#result;
		this.#record = record;
		this.#result = this.#key === undefined ? this.#work(record) : this.#remember(this.#key(record), record);
		return this.#result;
	}

	#remember(key: string, record: TelemetryRecord): readonly string[] | null {
		const known = this.#remembered.get(key);
		if (known !== undefined) return known;
		if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
		const labels = this.#work(record);
		this.#remembered.set(key, labels);
		return labels;
	}
}

function textOf(result: unknown): string {
	return result === undefined ? UNKNOWN : labelText(result);
}

function keyOf(attributes: ReadonlySet<AttributeName>): ((record: TelemetryRecord) => string) | undefined {
	const names = [...attributes];
	if (!names.every((name) => REMEMBERED_TYPES.has(vocabulary[name].type))) return undefined;
	return (record) => {
		let key = "";
		// An absent one is another than an empty one.
		for (const name of names) {
			const value = record[name];
			key += value === undefined ? SEPARATOR : `${SEPARATOR}=${String(value)}`;
		}
		return key;
	};
}
