import type { AttributeName, TelemetryRecord } from "../api/generated/vocabulary.ts";

/** Beginnings of records that are known at once. Records of one build have a few hundred; a sender can make up more. */
export const MAX_SHAPES = 10_000;

/** A list of attributes that a record begins with, and the way from there to a longer one. */
export interface Shape {
	/** Whether the last attribute stands in it twice. */
	readonly isRepeated: boolean;
	/** By the attribute's number in the vocabulary. */
	readonly next: (Shape | undefined)[];
	readonly names: readonly AttributeName[];
	/** Makes the record of the first values, one for each name; undefined before the first was made. */
	make: ((values: readonly unknown[]) => TelemetryRecord) | undefined;
}

/**
 * Makes records of values. Records of one VM have the same attributes in the same order, so that they get one hidden
 * class: by an object literal, which costs a tenth of setting one member after the other.
 */
export class RecordShapes {
	#root = emptyShape();
	#count = 0;

	/** Where a record begins. */
	get root(): Shape {
		return this.#root;
	}

	/** The shape with one attribute more. */
	grown(shape: Shape, number: number, name: AttributeName): Shape {
		if (this.#count >= MAX_SHAPES) {
			this.#root = emptyShape();
			this.#count = 0;
		}
		this.#count++;
		const isRepeated = shape.isRepeated || shape.names.includes(name);
		const grown: Shape = { isRepeated, next: [], names: [...shape.names, name], make: undefined };
		shape.next[number] = grown;
		return grown;
	}
}

/** Of a shape without a repetition. */
export function recordOf(shape: Shape, values: readonly unknown[]): TelemetryRecord {
	shape.make ??= literalOf(shape.names);
	return shape.make(values);
}

function literalOf(names: readonly AttributeName[]): (values: readonly unknown[]) => TelemetryRecord {
	const members = names.map((name, i) => `${JSON.stringify(name)}: values[${i}]`);
	// The names are the vocabulary's, and every value was read as its name's type says.
	return new Function("values", `return { ${members.join(", ")} };`) as (values: readonly unknown[]) => TelemetryRecord;
}

function emptyShape(): Shape {
	return { isRepeated: false, next: [], names: [], make: undefined };
}
