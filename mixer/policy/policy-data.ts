import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { MixerError } from "../error.ts";
import type { SourceFile } from "./policy-sources.ts";
import type { SourceData } from "./source-data.ts";

/** Which file gave a place in the data document: an object's members each, or a value as a whole. */
type DataOrigin = string | Map<string, DataOrigin>;

/**
 * Reads the bundles' data and finds where two files give the same place, which opa would settle in silence. opa itself
 * merges them afterwards, so that numbers stay as they are written. A DataSource's place must be free as a whole.
 *
 * @throws MixerError "invalid" with every fault.
 */
export async function checkPolicyData(
	root: string,
	files: readonly SourceFile[],
	sources: readonly SourceData[] = [],
): Promise<void> {
	const origins = new Map<string, DataOrigin>();
	const faults: string[] = [];
	for (const file of files) {
		const value = await readData(root, file, faults);
		if (value === undefined) continue;
		const rooted = file.prefix.reduceRight<object>((below, name) => ({ [name]: below }), value);
		merge(origins, rooted, { file: file.path, path: ["data"], faults });
	}
	for (const { file, line, name, path } of sources) {
		// What stands there is the source's affair: here it is one value.
		const rooted = path.reduceRight<unknown>((below, segment) => ({ [segment]: below }), true);
		if (!isObject(rooted)) continue;
		merge(origins, rooted, { file: `${file}:${line}: DataSource ${name}`, path: ["data"], faults });
	}
	if (faults.length > 0) throw new MixerError("invalid", faults.join("\n"));
}

async function readData(root: string, { path }: SourceFile, faults: string[]): Promise<object | undefined> {
	try {
		const text = await readFile(join(root, path), "utf8");
		const value: unknown = path.endsWith(".json") ? JSON.parse(text) : parse(text);
		if (isObject(value)) return value;
		faults.push(`${path}: the data of a bundle is an object`);
	} catch (error) {
		const [what = ""] = MixerError.from(error).message.split("\n");
		faults.push(`${path}: ${what.replace(/:$/, "")}`);
	}
	return undefined;
}

interface Merging {
	readonly file: string;
	readonly path: readonly string[];
	readonly faults: string[];
}

function merge(into: Map<string, DataOrigin>, value: object, { file, path, faults }: Merging): void {
	for (const [name, below] of Object.entries(value)) {
		const there = into.get(name);
		const here = [...path, name];
		if (there !== undefined && (typeof there === "string" || !isObject(below))) {
			const other = typeof there === "string" ? there : firstFile(there);
			faults.push(`${file}: ${here.join(".")} is given by ${other} already`);
		} else if (isObject(below)) {
			const members = typeof there === "object" ? there : new Map<string, DataOrigin>();
			into.set(name, members);
			merge(members, below, { file, path: here, faults });
		} else into.set(name, file);
	}
}

function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function firstFile(origin: Map<string, DataOrigin>): string {
	for (const below of origin.values()) return typeof below === "string" ? below : firstFile(below);
	return "an empty object";
}
