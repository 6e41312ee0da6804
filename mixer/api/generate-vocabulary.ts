import { isMap, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { MixerError } from "../error.ts";
import { type Item, readItem, type Section } from "./generate-item.ts";

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

/** The types that a value of the input document can have; `json` is any JSON value and never stands in a record. */
export const inputTypes = [...attributeTypes, "json"] as const;

export type InputType = (typeof inputTypes)[number];

/** Where the filter takes a value: a header of the request, a property of Envoy, or code of its own. */
export interface Source {
	readonly kind: "header" | "property" | "filter";
	readonly name: string;
}

export interface Attribute {
	readonly name: string;
	readonly type: InputType;
	readonly when: "request" | "log";
	readonly source: Source;
	readonly doc: string;
}

/** An attribute with a name, which a record can carry. */
export interface NamedAttribute extends Attribute {
	readonly type: AttributeType;
}

/** One value of the input document: where it stands below `input`, and what is written there. */
export interface InputLeaf {
	readonly path: readonly string[];
	readonly attribute: Attribute;
	/** How it differs from what OPA's Envoy plugin has there; undefined where it does not. */
	readonly differs?: string;
}

/** A place that the input of OPA's Envoy plugin has and this one has not, and why. */
export interface AbsentInput {
	readonly path: readonly string[];
	readonly doc: string;
}

export interface Vocabulary {
	/** The named attributes, in the file's order. */
	readonly attributes: readonly NamedAttribute[];
	/** Values that only the input document has, in the file's order; their names begin with `input.`. */
	readonly inputOnly: readonly Attribute[];
	/** Every leaf of the input document, in byte order of the paths. */
	readonly leaves: readonly InputLeaf[];
	/** In the file's order. */
	readonly absent: readonly AbsentInput[];
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
	const read = (section: Section): Item[] => {
		const list = document.get(section, true);
		if (section === "absent" && list === undefined) return [];
		if (isSeq(list)) return list.items.flatMap((node) => readItem(node as Node, section, at) ?? []);
		at(document.contents, `${section}: must be a list`);
		return [];
	};
	const assembled = faults.length === 0 ? assemble(read("attributes"), read("input"), at) : undefined;
	const absent = absentInputs(assembled === undefined ? [] : read("absent"), assembled?.leaves ?? [], at);
	if (assembled === undefined || faults.length > 0) throw new MixerError("invalid", faults.join("\n"));
	return { ...assembled, absent };
}

type Report = (node: Node, fault: string) => void;

type Assembled = Omit<Vocabulary, "absent">;

function assemble(named: readonly Item[], inputs: readonly Item[], at: Report): Assembled {
	const byName = new Map<string, NamedAttribute>();
	for (const { name, node, attribute } of named) {
		if (byName.has(name)) at(node, `name: ${name} stands here twice`);
		else if (attribute !== undefined && isNamed(attribute)) byName.set(name, attribute);
	}
	const leaves: InputLeaf[] = [];
	const add = (item: Item, attribute: Attribute) => {
		const path = item.name.split(".");
		const clash = leaves.find((leaf) => startsWith(leaf.path, path) || startsWith(path, leaf.path));
		if (clash !== undefined) at(item.node, `${item.name} clashes with ${clash.path.join(".")}`);
		leaves.push({ path, attribute, ...(item.differs !== undefined && { differs: item.differs }) });
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

function isNamed(attribute: Attribute): attribute is NamedAttribute {
	return attribute.type !== "json";
}

function absentInputs(items: readonly Item[], leaves: readonly InputLeaf[], at: Report): AbsentInput[] {
	return items.flatMap(({ name, node, doc }) => {
		const path = name.split(".");
		const leaf = leaves.find((leaf) => startsWith(path, leaf.path) || startsWith(leaf.path, path));
		if (leaf !== undefined) at(node, `${name} is in the input, as ${leaf.path.join(".")}`);
		return doc === undefined ? [] : [{ path, doc }];
	});
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
	return start.every((segment, i) => path[i] === segment);
}

function compareBytes(a: string, b: string): number {
	return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
