import { bodyPartOf } from "./body-parts.ts";
import type { BuiltinDemands } from "./builtin-demands.ts";
import { type ObjectField, pathKey } from "./plan-value.ts";
import type { InputPath } from "./requirements.ts";

/** A place in a policy's source. */
export interface SourcePlace {
	readonly file: string;
	readonly row: number;
}

/** A path below `input` that a policy looks at. */
export interface InputRead {
	readonly path: InputPath;
	/** Whether everything below is read with it; else only what other reads name, or whether it is there. */
	readonly whole: boolean;
	/** Where it is first named. */
	readonly place: SourcePlace;
	/** Where it is first read whole, if it is. */
	readonly wholeAt?: SourcePlace;
}

/** A built-in that a policy calls. */
export interface BuiltinCall extends BuiltinDemands {
	readonly name: string;
	readonly place: SourcePlace;
}

/** The same for people, with what it asks for that the proxy hasn't. */
export function describeBuiltin({ name, beyondProxy }: BuiltinCall): string {
	return beyondProxy === undefined ? name : `${name} with ${beyondProxy}`;
}

/** Collects what an entrypoint reads, calls and answers; the first place of each is kept, of a built-in the most demanding. */
export class PlanReads {
	readonly #inputs = new Map<string, InputRead>();
	readonly #builtins = new Map<string, BuiltinCall>();
	readonly #fields = new Map<string, SourcePlace>();

	get inputs(): readonly InputRead[] {
		return [...this.#inputs.values()];
	}

	get builtins(): readonly BuiltinCall[] {
		return [...this.#builtins.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
	}

	input(read: InputRead): void {
		const key = pathKey(read.path);
		const before = this.#inputs.get(key);
		if (before?.whole === true) return;
		if (read.whole) this.#inputs.set(key, { ...read, place: before?.place ?? read.place, wholeAt: read.place });
		else if (before === undefined) this.#inputs.set(key, read);
	}

	/** The constant keys that the decision can have. */
	get fields(): ReadonlyMap<string, SourcePlace> {
		return this.#fields;
	}

	decision(fields: ReadonlyMap<string, ObjectField> = new Map()): void {
		for (const [name, { place }] of fields) this.#fields.set(name, place);
	}

	builtin(call: BuiltinCall): void {
		const before = this.#builtins.get(call.name);
		if (before === undefined || demand(call) > demand(before)) this.#builtins.set(call.name, call);
	}
}

/** 2: it is beyond the proxy, 1: it may be. */
function demand({ beyondProxy, anyAlgorithm }: BuiltinDemands): number {
	return beyondProxy !== undefined ? 2 : anyAlgorithm === true ? 1 : 0;
}

/**
 * The paths the filter has to fill in: what is read whole, and the ends of what is looked at; none below another, in
 * whatever order. A path above one of them needs no mention: the filter makes the objects on the way. What is read whole
 * takes in no part of the body above which it stands.
 */
export function requiredPaths(reads: readonly InputRead[]): InputPath[] {
	const wholes = reads.filter((read) => read.whole);
	const ends = reads.filter((read) => read.whole || !reads.some((other) => isBelow(other.path, read.path)));
	const covers = (whole: InputRead, path: InputPath) =>
		isBelow(path, whole.path) && (bodyPartOf(path) === undefined || bodyPartOf(whole.path) !== undefined);
	return ends.map(({ path }) => path).filter((path) => !wholes.some((whole) => covers(whole, path)));
}

/** Whether a path is another's, further down. */
export function isBelow(path: InputPath, above: InputPath): boolean {
	return path.length > above.length && above.every((segment, i) => path[i] === segment);
}

/** The byte order of paths, segment by segment. */
export function comparePaths(a: InputPath, b: InputPath): number {
	const at = a.findIndex((segment, i) => segment !== b[i]);
	if (at < 0) return a.length - b.length;
	return Buffer.compare(Buffer.from(a[at] ?? ""), Buffer.from(b[at] ?? ""));
}
