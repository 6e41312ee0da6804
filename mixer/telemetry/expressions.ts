import { type Expression, ExpressionReader } from "../../galley/cel/expression.ts";
import { type AttributeName, type TelemetryRecord, vocabulary } from "../api/generated/vocabulary.ts";
import { MixerError } from "../error.ts";
import { type Variables, variablesOf } from "./record-variables.ts";

const reader = new ExpressionReader(
	new Map(Object.entries(vocabulary).map(([name, { type }]) => [name, type] as const)),
);

/** An expression over one record; undefined where it has no value: an attribute it needs is absent, a key, an index. */
export type Evaluate = (record: TelemetryRecord) => unknown;

/** Expressions of rules, each compiled once, that share what they are given of a record. */
export class Expressions {
	readonly #compiled = new Map<string, Expression>();
	readonly #variables: (record: TelemetryRecord) => Variables;
	#record: TelemetryRecord | undefined;
	#recordVariables: Variables = {};

	/** @throws MixerError "invalid" where one isn't sound: Galley checks them, so that only kept ones can be wrong. */
	constructor(texts: Iterable<string>) {
		for (const text of texts) if (!this.#compiled.has(text)) this.#compiled.set(text, read(text));
		const evaluated = [...this.#compiled.values()].filter(({ plain }) => plain === undefined);
		this.#variables = variablesOf(evaluated.flatMap(({ attributes }) => attributes).filter(isAttribute));
	}

	/** What it reads. */
	attributes(text: string): readonly AttributeName[] {
		return this.#get(text).attributes.filter(isAttribute);
	}

	/** The attribute that it is and nothing more. */
	plain(text: string): AttributeName | undefined {
		const { plain } = this.#get(text);
		return plain !== undefined && isAttribute(plain) ? plain : undefined;
	}

	evaluate(text: string): Evaluate {
		const { plain, evaluate } = this.#get(text);
		if (plain !== undefined && isAttribute(plain)) return (record) => record[plain];
		return (record) => {
			try {
				return evaluate(this.#of(record));
			} catch {
				return undefined;
			}
		};
	}

	#get(text: string): Expression {
		const expression = this.#compiled.get(text);
		if (expression === undefined) throw new MixerError("internal", `${text} was not compiled`);
		return expression;
	}

	/** Rules are run one record after the other. */
	#of(record: TelemetryRecord): Variables {
		if (record !== this.#record) {
			this.#recordVariables = this.#variables(record);
			this.#record = record;
		}
		return this.#recordVariables;
	}
}

function read(text: string): Expression {
	const result = reader.read(text);
	if (result.ok) return result.expression;
	throw new MixerError("invalid", `${text}: ${result.faults.map((fault) => fault.text).join("; ")}`);
}

function isAttribute(name: string): name is AttributeName {
	return Object.hasOwn(vocabulary, name);
}
