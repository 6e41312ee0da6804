import type { core } from "zod";
import { showValue } from "./field-path.ts";

/** What zod found, in the words of our messages: the value first, then what it must be. */
export function describeIssue(issue: core.$ZodRawIssue): string {
	if (issue.input === undefined && isAboutPresence(issue)) return `is missing: it must be ${expectation(issue)}`;
	return `${showValue(issue.input)} ${requirement(issue)}`;
}

function isAboutPresence(issue: core.$ZodRawIssue): boolean {
	return issue.code === "invalid_type" || issue.code === "invalid_value" || issue.code === "invalid_union";
}

function requirement(issue: core.$ZodRawIssue): string {
	switch (issue.code) {
		case "invalid_type":
		case "invalid_value":
		case "invalid_union":
			return `must be ${expectation(issue)}`;
		case "too_small":
			return lowerBound(issue);
		case "too_big":
			return upperBound(issue);
		case "not_multiple_of":
			return `must be a multiple of ${issue.divisor}`;
		case "invalid_format":
			return issue.pattern === undefined ? `must be a valid ${issue.format}` : `must match ${issue.pattern}`;
		case "invalid_key":
			return "has a key that is not allowed";
		default:
			return "is not allowed here";
	}
}

function expectation(issue: core.$ZodRawIssue): string {
	if (issue.code === "invalid_type") return TYPE_NAMES[issue.expected] ?? issue.expected;
	if (issue.code === "invalid_value") {
		return choice(issue.values.map(String));
	}
	const types = issue.code === "invalid_union" ? unionTypes(issue.errors) : [];
	return types.length === 0 ? "of another form" : types.join(" or ");
}

/** A message with a whole vocabulary in it helps nobody: the suggestion does. */
const MAX_LISTED_VALUES = 10;

function choice(values: readonly string[]): string {
	if (values.length === 1) return values.join();
	const listed = values.slice(0, MAX_LISTED_VALUES).join(", ");
	return values.length > MAX_LISTED_VALUES ? `one of ${values.length}: ${listed} ...` : `one of ${listed}`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
	string: "text",
	number: "a number",
	int: "a whole number",
	boolean: "true or false",
	array: "a list",
	object: "a mapping",
	record: "a mapping",
	null: "null",
};

/** The types that a union's branches ask for; empty where a branch failed for another reason than the value's type. */
function unionTypes(branches: readonly (readonly core.$ZodIssue[])[]): string[] {
	const names = branches.map(([first]) =>
		first?.code === "invalid_type" && first.path.length === 0 ? (TYPE_NAMES[first.expected] ?? first.expected) : "",
	);
	return names.includes("") ? [] : names;
}

function lowerBound(issue: core.$ZodIssueTooSmall | core.$ZodRawIssue<core.$ZodIssueTooSmall>): string {
	const minimum = String(issue.minimum);
	if (issue.origin === "string")
		return minimum === "1" ? "must not be empty" : `must have at least ${minimum} characters`;
	if (issue.origin === "array") return `must have at least ${counted(minimum, "entry", "entries")}`;
	return issue.inclusive === false ? `must be more than ${minimum}` : `must be at least ${minimum}`;
}

function upperBound(issue: core.$ZodIssueTooBig | core.$ZodRawIssue<core.$ZodIssueTooBig>): string {
	const maximum = String(issue.maximum);
	if (issue.origin === "string") return `must have at most ${counted(maximum, "character", "characters")}`;
	if (issue.origin === "array") return `must have at most ${counted(maximum, "entry", "entries")}`;
	return issue.inclusive === false ? `must be less than ${maximum}` : `must be at most ${maximum}`;
}

function counted(count: string, one: string, many: string): string {
	return `${count} ${count === "1" ? one : many}`;
}
