import { RE2JS } from "re2js";
import { UnsupportedError } from "./unsupported-error.ts";

/** Compiled expressions kept: policies have few, and those made of the input must not fill memory. OPA keeps as many. */
const MAX_EXPRESSIONS = 100;

/** Longest expression, in UTF-16 units: its program takes up to a hundred times as much. */
const MAX_PATTERN_LENGTH = 64 * 1024;

/** RE2's expressions, each compiled once; the one that was asked for longest ago goes first. */
export class RegexCache {
	readonly #expressions = new Map<string, RE2JS>();

	/** @throws RE2JSException in Go's words where the pattern is none. */
	compile(pattern: string): RE2JS {
		const known = this.#expressions.get(pattern);
		if (pattern.length > MAX_PATTERN_LENGTH)
			throw new UnsupportedError(`the expression is over ${MAX_PATTERN_LENGTH} characters`);
		const expression = known ?? compile(pattern);
		this.#expressions.delete(pattern);
		this.#expressions.set(pattern, expression);
		if (this.#expressions.size > MAX_EXPRESSIONS) {
			for (const oldest of this.#expressions.keys()) {
				this.#expressions.delete(oldest);
				break;
			}
		}
		return expression;
	}
}

/** Go takes two groups of one name; RE2 itself does not. */
function compile(pattern: string): RE2JS {
	try {
		return RE2JS.compile(pattern);
	} catch (error) {
		if (!(error instanceof Error) || !error.message.includes("duplicate capture group")) throw error;
		throw new UnsupportedError("two groups of one name are not supported here");
	}
}
