import {
	type ASTNode,
	TypeError as CelTypeError,
	type Environment,
	type ParseResult,
	serialize,
} from "@marcbachmann/cel-js";
import { RE2JS } from "re2js";
import { closest } from "../suggestion.ts";
import type { Attributes } from "./attribute-type.ts";
import { attributeUses, childrenOf, dottedName } from "./attribute-uses.ts";
import { celEnvironment, MATCHES } from "./environment.ts";

/** Longer is a program and belongs into a policy. */
export const MAX_EXPRESSION_LENGTH = 4096;

/** An expression that is sound. */
export interface Expression {
	/** CEL's word for the type of its value. */
	readonly type: string;
	/** Those it reads, each once. */
	readonly attributes: readonly string[];
	/** The attribute that it is and nothing more; undefined for any other expression. */
	readonly plain: string | undefined;
	/** Its value, for variables as CEL sees them. Throws where it has none. */
	readonly evaluate: (variables: Readonly<Record<string, unknown>>) => unknown;
}

/** What is wrong with an expression, and how many UTF-16 units from its beginning. */
export interface ExpressionFault {
	readonly offset: number;
	readonly text: string;
	readonly suggestion?: string | undefined;
}

/** Reads expressions over these attributes: parsed and checked once, before any record. */
export class ExpressionReader {
	readonly #attributes: Attributes;
	readonly #environment: Environment;

	constructor(attributes: Attributes) {
		this.#attributes = attributes;
		this.#environment = celEnvironment(attributes);
	}

	/** The expression, or all that can be said to be wrong with it. */
	read(text: string): { ok: true; expression: Expression } | { ok: false; faults: ExpressionFault[] } {
		if (text.length > MAX_EXPRESSION_LENGTH) {
			return { ok: false, faults: [{ offset: 0, text: `must have at most ${MAX_EXPRESSION_LENGTH} characters` }] };
		}
		try {
			return this.#check(this.#parse(text));
		} catch (error) {
			return { ok: false, faults: [faultOf(error)] };
		}
	}

	#parse(text: string): ParseResult {
		const { ast } = this.#environment.parse(text);
		const safe = withSafeMatches(text, ast);
		return this.#environment.parse(safe);
	}

	#check(parsed: ParseResult): { ok: true; expression: Expression } | { ok: false; faults: ExpressionFault[] } {
		const { ast } = parsed;
		const uses = attributeUses(ast, this.#attributes);
		const unknown = uses.filter(({ isKnown }) => !isKnown).map(({ name, start }) => this.#unknown(name, start));
		const faults = [...unknown, ...patternFaults(ast)];
		if (faults.length > 0) return { ok: false, faults };
		const checked = parsed.check();
		if (!checked.valid || checked.type === undefined)
			return { ok: false, faults: [this.#typeFault(checked.error, ast)] };
		const chain = dottedName(ast)?.join(".");
		const plain = chain !== undefined && this.#attributes.has(chain) ? chain : undefined;
		const attributes = [...new Set(uses.map(({ name }) => name))];
		return {
			ok: true,
			expression: { type: checked.type, attributes, plain, evaluate: (variables) => parsed(variables) },
		};
	}

	/** Of a name that begins unlike any attribute, the whole name. */
	#typeFault(error: unknown, ast: ASTNode): ExpressionFault {
		const fault = faultOf(error);
		if (!(error instanceof CelTypeError) || error.code !== "unknown_variable") return fault;
		const name = longestName(ast, fault.offset);
		return name === undefined ? fault : this.#unknown(name, fault.offset);
	}

	#unknown(name: string, offset: number): ExpressionFault {
		const suggestion = closest(name, this.#attributes.keys());
		return { offset, text: `${name} is not an attribute of records`, suggestion };
	}
}

/** The dotted name that begins there. */
function longestName(node: ASTNode, start: number): string | undefined {
	const name = node.start === start ? dottedName(node)?.join(".") : undefined;
	if (name !== undefined) return name;
	for (const child of childrenOf(node)) {
		const below = longestName(child, start);
		if (below !== undefined) return below;
	}
	return undefined;
}

/** With every `.matches(` under the name it has inside. */
function withSafeMatches(text: string, ast: ASTNode): string {
	let safe = text;
	const visit = (node: ASTNode): void => {
		if (node.op === "rcall" && node.args[0] === "matches") {
			const at = text.indexOf("matches", node.args[1].end);
			safe = safe.slice(0, at) + MATCHES + safe.slice(at + MATCHES.length);
		}
		for (const child of childrenOf(node)) visit(child);
	};
	visit(ast);
	return safe;
}

function patternFaults(node: ASTNode): ExpressionFault[] {
	const below = childrenOf(node).flatMap(patternFaults);
	if (node.op !== "rcall" || node.args[0] !== MATCHES) return below;
	const [pattern] = node.args[2];
	if (pattern?.op !== "value" || typeof pattern.args !== "string") {
		return [...below, { offset: pattern?.start ?? node.start, text: "the pattern of matches must be written out" }];
	}
	try {
		RE2JS.compile(pattern.args);
		return below;
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		return [...below, { offset: pattern.start, text: `${serialize(pattern)} is no pattern of RE2: ${reason}` }];
	}
}

/** The first line of what the library says, where it says it. */
function faultOf(error: unknown): ExpressionFault {
	if (!(error instanceof Error)) return { offset: 0, text: "is not CEL" };
	const range: unknown = "range" in error ? error.range : undefined;
	const start = typeof range === "object" && range !== null && "start" in range ? range.start : 0;
	const summary = "summary" in error && typeof error.summary === "string" ? error.summary : error.message;
	const [text = ""] = summary.replaceAll(MATCHES, "matches").split("\n");
	return { offset: typeof start === "number" ? start : 0, text: inWords(text) };
}

/** The library's words begin like a program's; ours stand in a sentence. */
function inWords(text: string): string {
	return text.replace(/^Unexpected token: EOF$/, "ends too early");
}
