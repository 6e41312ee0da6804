import { isMap, isScalar, type Node, type YAMLMap } from "yaml";
import { type Attribute, attributeTypes, type InputType, inputTypes, type Source } from "./generate-vocabulary.ts";

/** One entry of attributes.yaml as written. */
export interface Item {
	readonly node: Node;
	readonly name: string;
	/** Absent where the entry says `like`, or is at fault. */
	readonly attribute?: Attribute;
	readonly like?: string;
	/** In `input`: what of it is other than with OPA's Envoy plugin. */
	readonly differs?: string | undefined;
	/** In `absent`: why it is not there. */
	readonly doc?: string | undefined;
}

/** The lists of attributes.yaml. */
export type Section = "attributes" | "input" | "absent";

const allowedKeys: Readonly<Record<Section, readonly string[]>> = {
	attributes: ["name", "type", "when", "from", "doc"],
	input: ["path", "like", "type", "from", "doc", "differs"],
	absent: ["path", "doc"],
};

const namePattern = /^[a-z_]+(\.[a-z_]+)+$/;
/** The input document keeps the names of OPA's Envoy plugin, capitals included. */
const pathPattern = /^[a-z_]+(\.[a-zA-Z_]+)*$/;
const docPattern = /^.*\S\.?$|^\S$/;
const sourcePatterns = { header: /^:?[a-z0-9-]+$/, property: /^[a-z_.]+$/, filter: /^[a-z_]+$/ } as const;

/** Reads one entry, telling `at` its faults; undefined where not even its name can be read. */
export function readItem(node: Node, section: Section, at: (node: Node, fault: string) => void): Item | undefined {
	if (!isMap(node)) {
		at(node, "must be a map");
		return undefined;
	}
	for (const { key } of node.items) {
		const word = isScalar(key) ? String(key.value) : "";
		if (!allowedKeys[section].includes(word)) at(node, `${word}: there is no such field`);
	}
	const fields = new Fields(node, at);
	const name = section === "attributes" ? fields.matching("name", namePattern) : fields.matching("path", pathPattern);
	if (name === undefined) return undefined;
	if (section === "absent") return { node, name, doc: fields.matching("doc", docPattern) };
	const item = { node, name, differs: node.has("differs") ? fields.matching("differs", docPattern) : undefined };
	if (node.has("like")) {
		for (const key of ["type", "from", "doc"]) if (node.has(key)) at(node, `${key}: comes from like`);
		const like = fields.matching("like", namePattern);
		return like === undefined ? undefined : { ...item, like };
	}
	const type = fields.oneOf("type", section === "attributes" ? attributeTypes : inputTypes);
	const when = section === "attributes" ? fields.oneOf("when", ["request", "log"] as const) : "request";
	const source = fields.source();
	const doc = fields.matching("doc", docPattern);
	if (type === undefined || when === undefined || source === undefined || doc === undefined) return item;
	const fullName = section === "attributes" ? name : `input.${name}`;
	return { ...item, attribute: { name: fullName, type, when, source: checkSource(source, type, node, at), doc } };
}

function checkSource(source: Source, type: InputType, node: Node, at: (node: Node, fault: string) => void): Source {
	if (source.kind === "header" && type !== "string") at(node, `type: a header is a string, not ${type}`);
	return source;
}

class Fields {
	readonly map: YAMLMap;
	readonly at: (node: Node, fault: string) => void;

	constructor(map: YAMLMap, at: (node: Node, fault: string) => void) {
		this.map = map;
		this.at = at;
	}

	matching(key: string, pattern: RegExp): string | undefined {
		const value = this.map.get(key);
		if (typeof value === "string" && pattern.test(value)) return value;
		this.at(
			this.map,
			`${key}: ${value === undefined ? "is missing" : `${String(value)} must match ${pattern.source}`}`,
		);
		return undefined;
	}

	oneOf<Word extends string>(key: string, words: readonly Word[]): Word | undefined {
		const value = this.map.get(key);
		const word = words.find((candidate) => candidate === value);
		if (word === undefined) {
			this.at(
				this.map,
				`${key}: ${value === undefined ? "is missing" : `${String(value)} must be one of ${words.join(", ")}`}`,
			);
		}
		return word;
	}

	source(): Source | undefined {
		const from = this.map.get("from");
		const key = isMap(from) && from.items.length === 1 ? from.items[0]?.key : undefined;
		const kind = (["header", "property", "filter"] as const).find((word) => isScalar(key) && key.value === word);
		const name = kind !== undefined && isMap(from) ? from.get(kind) : undefined;
		if (kind !== undefined && typeof name === "string" && sourcePatterns[kind].test(name)) return { kind, name };
		this.at(this.map, "from: must be one of {header: NAME}, {property: PATH}, {filter: NAME}");
		return undefined;
	}
}
