import { endOfString } from "./json-strings.ts";
import { object, set } from "./make-value.ts";
import type { RegoValue } from "./rego-value.ts";

const TOKEN = /\s*("|-?\.?\d[^\s,:\]})]*|true|false|null|set\(\)|[[\]{},:])/y;

/**
 * Reads a value as OPA's module dumps it: JSON with sets, and any value as an object's key.
 *
 * @throws SyntaxError where it is anything else.
 */
export function parseRegoValue(text: string): RegoValue {
	const reader = new ValueReader(text);
	return reader.value(reader.next());
}

class ValueReader {
	readonly #text: string;
	#at = 0;

	constructor(text: string) {
		this.#text = text;
	}

	next(): string {
		TOKEN.lastIndex = this.#at;
		const token = TOKEN.exec(this.#text)?.[1];
		if (token === undefined) throw new SyntaxError(`no Rego value at ${this.#at}`);
		this.#at = TOKEN.lastIndex;
		if (token !== '"') return token;
		const start = this.#at - 1;
		this.#at = endOfString(this.#text, start);
		return this.#text.slice(start, this.#at);
	}

	value(token: string): RegoValue {
		if (token === "[") return { type: "array", items: this.#items("]") };
		if (token === "{") return this.#braces();
		if (token === "set()") return { type: "set", items: [] };
		if (token === "null") return { type: "null" };
		if (token === "true" || token === "false") return { type: "boolean", value: token === "true" };
		if (token.startsWith('"')) return { type: "string", value: String(JSON.parse(token)) };
		if (/^[-.\d]/.test(token)) return { type: "number", text: token };
		throw new SyntaxError(`no Rego value begins with ${token}`);
	}

	#items(end: string, first: readonly RegoValue[] = []): RegoValue[] {
		const items = [...first];
		for (let token = this.next(); token !== end; token = this.next()) {
			items.push(this.value(token === "," ? this.next() : token));
		}
		return items;
	}

	/** An object or a set: known at the first colon or comma. */
	#braces(): RegoValue {
		const token = this.next();
		if (token === "}") return { type: "object", members: [] };
		const first = this.value(token);
		const after = this.next();
		if (after === ":") return this.#members(first);
		const items = after === "}" ? [first] : this.#items("}", [first, this.value(this.next())]);
		return set(items);
	}

	#members(firstKey: RegoValue): RegoValue {
		const members = [[firstKey, this.value(this.next())] as const];
		while (this.next() === ",") {
			const key = this.value(this.next());
			this.next();
			members.push([key, this.value(this.next())]);
		}
		return object(members);
	}
}
