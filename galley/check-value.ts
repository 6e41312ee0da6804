import type { core, ZodType } from "zod";
import { describeIssue } from "./describe-issue.ts";
import type { FieldPath } from "./field-path.ts";
import { knownFields } from "./known-fields.ts";
import type { MessageCode } from "./message.ts";
import type { Problem } from "./problem.ts";
import { closest } from "./suggestion.ts";

/** What a schema makes of a value, or everything that is wrong with it. `jsonSchema` describes the same for suggestions. */
export function checkValue<Output>(options: {
	schema: ZodType<Output>;
	jsonSchema: unknown;
	value: unknown;
}): { ok: true; value: Output } | { ok: false; problems: Problem[] } {
	const { schema, jsonSchema, value } = options;
	const result = schema.safeParse(value, { reportInput: true, error: describeIssue });
	if (result.success) return { ok: true, value: result.data };
	const issues = result.error.issues.filter((issue, _, all) => !isRepeated(issue, all));
	return { ok: false, problems: issues.flatMap((issue) => toProblems(issue, jsonSchema)) };
}

/** Beyond the safe integers zod reports that bound as well as the schema's own. */
function isRepeated(issue: core.$ZodIssue, all: readonly core.$ZodIssue[]): boolean {
	const isSafeBound = (issue.code === "too_big" || issue.code === "too_small") && issue.origin === "int";
	const path = issue.path.join("\0");
	return (
		isSafeBound && all.some((other) => other !== issue && other.code === issue.code && other.path.join("\0") === path)
	);
}

function toProblems(issue: core.$ZodIssue, jsonSchema: unknown): Problem[] {
	const path = issue.path.map((segment) => (typeof segment === "number" ? segment : String(segment)));
	if (issue.code === "unrecognized_keys") {
		const known = knownFields(jsonSchema, path);
		return issue.keys.map((key) => unknownField([...path, key], key, known));
	}
	const base = { code: codeOf(issue), path, at: "value", text: issue.message } as const;
	return [{ ...base, suggestion: suggestionFor(issue) }];
}

function unknownField(path: FieldPath, key: string, known: readonly string[]): Problem {
	const suggestion = closest(key, known);
	const list = suggestion === undefined && known.length > 0 ? ` (known: ${known.join(", ")})` : "";
	return { code: "unknown_field", path, at: "key", text: `is not a known field${list}`, suggestion };
}

function codeOf(issue: core.$ZodIssue): MessageCode {
	if (issue.code === "too_small" || issue.code === "too_big") return "out_of_bounds";
	if (issue.code === "invalid_type") return issue.input === undefined ? "missing_field" : "wrong_type";
	return issue.input === undefined ? "missing_field" : "wrong_value";
}

function suggestionFor(issue: core.$ZodIssue): string | undefined {
	if (issue.code === "custom")
		return typeof issue.params?.suggestion === "string" ? issue.params.suggestion : undefined;
	if (issue.code === "invalid_value") return suggestValue(issue.values, issue.input);
	if (issue.code === "invalid_type") return suggestSpelling(issue.expected, issue.input);
	return undefined;
}

/** The same value written so that YAML takes it for the type that is expected. */
function suggestSpelling(expected: string, input: unknown): string | undefined {
	if (typeof input === "number" && expected === "string") return `"${input}"`;
	if (typeof input !== "string") return undefined;
	if (expected === "boolean" && /^(true|yes|on)$/i.test(input)) return "true";
	if (expected === "boolean" && /^(false|no|off)$/i.test(input)) return "false";
	const isNumeric = expected === "number" || expected === "int";
	return isNumeric && /^-?\d{1,15}(\.\d{1,15})?$/.test(input) ? input : undefined;
}

/** Nothing where the message names the only value there is. */
function suggestValue(values: readonly core.util.Primitive[], input: unknown): string | undefined {
	return typeof input === "string" && values.length > 1 ? closest(input, values.map(String)) : undefined;
}
