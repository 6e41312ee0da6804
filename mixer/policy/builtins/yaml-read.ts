import { type Document, isAlias, isMap, isScalar, isSeq, parseAllDocuments, Scalar } from "yaml";
import { array, NULL, object, text } from "./make-value.ts";
import type { RegoValue } from "./rego-value.ts";
import { UnsupportedError } from "./unsupported-error.ts";
import { plainScalar } from "./yaml-scalar.ts";

/** Most nodes of a document with its aliases written out: a few lines of them can stand for any number. */
const MAX_NODES = 1_000_000;

/** The first of a text's documents, as go-yaml reads it; the others only have to be well-formed. */
export function readYaml(yaml: string): RegoValue {
	const documents = parseAllDocuments(yaml, { schema: "failsafe", uniqueKeys: false });
	if ("empty" in documents) return NULL;
	for (const { errors } of documents) {
		const [error] = errors;
		if (error !== undefined) throw new Error(`yaml: ${error.message.split("\n")[0]}`);
	}
	const [first] = documents;
	return first === undefined ? NULL : new YamlReader(first).value(first.contents);
}

class YamlReader {
	readonly #document: Document.Parsed;
	#nodes = 0;

	constructor(document: Document.Parsed) {
		this.#document = document;
	}

	value(node: unknown): RegoValue {
		if (++this.#nodes > MAX_NODES) throw new UnsupportedError(`yaml: more than ${MAX_NODES} values`);
		if (node === null || node === undefined) return NULL;
		if (isAlias(node)) return this.value(node.resolve(this.#document));
		if (isScalar(node)) return this.#scalar(node);
		if (isSeq(node)) return array(node.items.map((item) => this.value(item)));
		if (isMap(node)) return object([...this.#members(node.items)].map(([key, value]) => [text(key), value] as const));
		throw new Error("yaml: a value of an unknown kind");
	}

	/** A merged mapping's members come first: what stands in the mapping itself wins. */
	#members(pairs: readonly { key: unknown; value: unknown }[]): Map<string, RegoValue> {
		const own = new Map<string, RegoValue>();
		const merged = new Map<string, RegoValue>();
		for (const { key, value } of pairs) {
			if (isPlainMerge(key)) {
				for (const [name, member] of this.#merged(value)) if (!merged.has(name)) merged.set(name, member);
			} else own.set(this.#keyOf(key), this.value(value));
		}
		return new Map([...merged, ...own]);
	}

	#merged(value: unknown): Map<string, RegoValue> {
		const node = isAlias(value) ? value.resolve(this.#document) : value;
		if (isMap(node)) return this.#members(node.items);
		if (!isSeq(node)) throw new Error("yaml: map merge requires map or sequence of maps as the value");
		const all = node.items.map((item) => this.#merged(item));
		return new Map(all.reverse().flatMap((members) => [...members]));
	}

	#keyOf(key: unknown): string {
		const value = this.value(key);
		if (value.type === "string") return value.value;
		if (value.type === "number") return value.text;
		if (value.type === "boolean") return String(value.value);
		throw new Error(`yaml: unsupported map key of type: ${value.type}`);
	}

	#scalar(scalar: Scalar): RegoValue {
		const written = String(scalar.value);
		const isPlain = scalar.type === Scalar.PLAIN && scalar.tag === undefined;
		if (!isPlain) return text(written);
		const value = plainScalar(written);
		if (value === "not a number") throw new Error(`json: unsupported value: ${written}`);
		return value === "merge" ? text(written) : value;
	}
}

function isPlainMerge(key: unknown): boolean {
	return isScalar(key) && key.type === Scalar.PLAIN && key.value === "<<";
}
