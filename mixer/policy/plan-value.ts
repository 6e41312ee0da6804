import type { SourcePlace } from "./plan-reads.ts";
import type { InputPath } from "./requirements.ts";

/** What is known of a local when a plan is read without an input. */
export interface PlanValue {
	/** The places of the input it may be: usually none or one. */
	readonly paths: readonly InputPath[];
	/** A string, or an array's items as far as they are strings; undefined where it depends on anything. */
	readonly constant?: string | readonly (string | undefined)[];
	/** Numbers as they are written in the policy: itself, or an array's items as far as they are known. */
	readonly numbers?: readonly string[];
	/** Of an object that the policy makes: the constant keys that it may have. */
	readonly fields?: ReadonlyMap<string, ObjectField>;
}

/** A constant key of an object. */
export interface ObjectField {
	/** The line that gives it. */
	readonly place: SourcePlace;
	/** Its value, where that is the same string whatever happens. */
	readonly constant?: string;
}

/** Something made by the policy, of which nothing has to be known. */
export const nothing: PlanValue = { paths: [] };

/** A value that is one of two, whichever way the evaluation went. */
export function joinValues(a: PlanValue | undefined, b: PlanValue): PlanValue {
	if (a === undefined || a === b) return b;
	const known = new Set(a.paths.map(pathKey));
	const paths = [...a.paths, ...b.paths.filter((path) => !known.has(pathKey(path)))];
	const same = a.constant !== undefined && JSON.stringify(a.constant) === JSON.stringify(b.constant);
	const fields = joinFields(a, b);
	return { paths, ...(same && { constant: a.constant }), ...(fields && { fields }) };
}

/** An object with the keys of two, as object.union makes it. */
export function joinFields(a: PlanValue, b: PlanValue): PlanValue["fields"] {
	const { fields } = a;
	if (fields === undefined || b.fields === undefined) return fields ?? b.fields;
	const unlike = [...b.fields].filter(([name, { constant }]) => fields.get(name)?.constant !== constant);
	const differing = unlike.flatMap(([name]): [string, ObjectField][] => {
		const field = fields.get(name);
		return field === undefined ? [] : [[name, { place: field.place }]];
	});
	return new Map([...b.fields, ...fields, ...differing]);
}

/** The same places, some segments further down. */
export function below(value: PlanValue, segments: readonly string[]): PlanValue {
	return { paths: value.paths.map((path) => [...path, ...segments]) };
}

/** The segments a key of object.get means, up to the first one that is not a constant string. */
export function constantSegments(key: PlanValue): { segments: readonly string[]; complete: boolean } {
	if (typeof key.constant === "string") return { segments: [key.constant], complete: true };
	if (key.constant === undefined) return { segments: [], complete: false };
	const end = key.constant.indexOf(undefined);
	const texts = key.constant.slice(0, end < 0 ? undefined : end).filter((item) => item !== undefined);
	return { segments: texts, complete: end < 0 };
}

/** A path as one string that no other path has. */
export function pathKey(path: InputPath): string {
	return JSON.stringify(path);
}

/** What is known of a value, as a string that another has only where the same is known of it, wherever it was written. */
export function valueKey({ paths, constant, numbers, fields }: PlanValue): string {
	const keys = [...(fields ?? [])].map(([name, field]) => [name, field.constant]);
	return JSON.stringify([paths, constant, numbers, keys]);
}
