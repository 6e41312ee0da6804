import { isMap, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { MixerError } from "../error.ts";
import { type Item, readItem } from "./generate-item.ts";

/** The types an attribute can have, in the order of their numbers in mixer.proto's `Attribute`. */
export const attributeTypes = [
	"string",
	"int64",
	"double",
	"bool",
	"bytes",
	"ip",
	"timestamp",
	"duration",
	"string_map",
	"string_list",
	"string_list_map",
] as const;

export type AttributeType = (typeof attributeTypes)[number];

/** Where the filter takes a value: a header of the request, a property of Envoy, or code of its own. */
export interface Source {
	readonly kind: "header" | "property" | "filter";
	readonly name: string;
}

export interface Attribute {
	readonly name: string;
	readonly type: AttributeType;
	readonly when: "request" | "log";
	readonly source: Source;
	readonly doc: string;
}

/** One value of the input document: where it stands below `input`, and what is written there. */
export interface InputLeaf {
	readonly path: readonly string[];
	readonly attribute: Attribute;
}

export interface Vocabulary {
	/** The named attributes, in the file's order. */
	readonly attributes: readonly Attribute[];
	/** Values that only the input document has, in the file's order; their names begin with `input.`. */
	readonly inputOnly: readonly Attribute[];
	/** Every leaf of the input document, in byte order of the paths. */
	readonly leaves: readonly InputLeaf[];
}

/** Reads attributes.yaml; all its faults at once, each with file and line, in one error of code `invalid`. */
export function readVocabulary(text: string, file: string): Vocabulary {
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines });
	const faults = document.errors.map((error) => `${file}:${lines.linePos(error.pos[0]).line} ${error.message}`);
	const at = (node: Node | null | undefined, fault: string) => {
		faults.push(`${file}:${lines.linePos(node?.range?.[0] ?? 0).line} ${fault}`);
	};
	if (faults.length === 0 && !isMap(document.contents)) at(document.contents, "must be a map");
	const read = (section: "attributes" | "input"): Item[] => {
		const list = document.get(section, true);
		if (isSeq(list)) return list.items.flatMap((node) => readItem(node as Node, section, at) ?? []);
		at(document.contents, `${section}: must be a list`);
		return [];
	};
	const vocabulary = faults.length === 0 ? assemble(read("attributes"), read("input"), at) : undefined;
	if (vocabulary === undefined || faults.length > 0) throw new MixerError("invalid", faults.join("\n"));
	return vocabulary;
}

type Report = (node: Node, fault: string) => void;

function assemble(named: readonly Item[], inputs: readonly Item[], at: Report): Vocabulary {
	const byName = new Map<string, Attribute>();
	for (const item of named) {
		if (byName.has(item.name)) at(item.node, `name: ${item.name} stands here twice`);
		else if (item.attribute !== undefined) byName.set(item.name, item.attribute);
	}
	const leaves: InputLeaf[] = [];
	const add = (item: Item, attribute: Attribute) => {
		const path = item.name.split(".");
		const clash = leaves.find((leaf) => startsWith(leaf.path, path) || startsWith(path, leaf.path));
		if (clash !== undefined) at(item.node, `${item.name} clashes with ${clash.path.join(".")}`);
		leaves.push({ path, attribute });
	};
	for (const item of named) if (item.attribute?.when === "request") add(item, item.attribute);
	const inputOnly: Attribute[] = [];
	for (const item of inputs) {
		const like = item.like === undefined ? item.attribute : byName.get(item.like);
		if (like === undefined) {
			// An attribute that is itself at fault has been told of.
			const isKnown = named.some(({ name }) => name === item.like);
			if (item.like !== undefined && !isKnown) at(item.node, `like: there is no attribute ${item.like}`);
		} else if (like.when === "log") at(item.node, `like: ${item.like} is known only at log time`);
		else add(item, like);
		if (item.attribute !== undefined) inputOnly.push(item.attribute);
	}
	leaves.sort((a, b) => compareBytes(a.path.join("\0"), b.path.join("\0")));
	return { attributes: [...byName.values()], inputOnly, leaves };
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
	return start.every((segment, i) => path[i] === segment);
}

function compareBytes(a: string, b: string): number {
	return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
