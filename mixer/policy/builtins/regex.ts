import { RE2JSSyntaxException } from "re2js";
import { globsIntersect } from "./glob-intersection.ts";
import type { BuiltinFamily } from "./host-builtin.ts";
import { array, boolean, text } from "./make-value.ts";
import { integerOperand, OperandError, stringOperand } from "./operands.ts";
import { RegexCache } from "./regex-cache.ts";
import { expandTemplate, matchesOf } from "./regex-matches.ts";
import { regexTemplate } from "./regex-template.ts";
import type { RegoValue } from "./rego-value.ts";

type Arguments = readonly RegoValue[];

const expressions = new RegexCache();

/** regex.* that OPA's module lacks: RE2's syntax, in linear time. */
export const regexBuiltins: BuiltinFamily = [
	["regex.find_n", findN],
	["regex.globs_match", (args) => boolean(globsIntersect(stringOperand(args, 0), stringOperand(args, 1)))],
	["regex.replace", replace],
	["regex.split", split],
	["regex.template_match", templateMatch],
	["glob.quote_meta", (args) => text(stringOperand(args, 0).replace(/[*?\\[\]{}]/g, "\\$&"))],
];

/**
 * What OPA's module has and is not asked for (link/guarded-module.ts), by its functions' names. As there, what is no
 * pattern and what is of another type has no value.
 */
export const moduleRegexes: ReadonlyMap<string, (args: Arguments) => RegoValue | undefined> = new Map([
	["opa_regex_match", (args: Arguments) => whereValid(() => match(args))],
	["opa_regex_is_valid", (args: Arguments) => boolean(whereValid(() => isValid(args)) ?? false)],
	["opa_regex_find_all_string_submatch", (args: Arguments) => whereValid(() => findSubmatches(args))],
]);

function whereValid<Value>(answer: () => Value): Value | undefined {
	try {
		return answer();
	} catch (error) {
		if (error instanceof OperandError || error instanceof RE2JSSyntaxException) return undefined;
		throw error;
	}
}

function match(args: Arguments): RegoValue {
	const [pattern, subject] = [stringOperand(args, 0), stringOperand(args, 1)];
	return boolean(expressions.compile(pattern).test(subject));
}

function isValid(args: Arguments): boolean {
	expressions.compile(stringOperand(args, 0));
	return true;
}

function findSubmatches(args: Arguments): RegoValue {
	const [pattern, subject, limit] = [stringOperand(args, 0), stringOperand(args, 1), integerOperand(args, 2)];
	const matches = matchesOf(expressions.compile(pattern), subject, limit);
	return array(matches.map(({ groups }) => array(groups.map((group) => text(group ?? "")))));
}

function findN(args: Arguments): RegoValue {
	const [pattern, subject, limit] = [stringOperand(args, 0), stringOperand(args, 1), integerOperand(args, 2)];
	const matches = matchesOf(expressions.compile(pattern), subject, limit);
	return array(matches.map(({ start, end }) => text(subject.slice(start, end))));
}

function replace(args: Arguments): RegoValue {
	const [subject, pattern, template] = [stringOperand(args, 0), stringOperand(args, 1), stringOperand(args, 2)];
	const expression = expressions.compile(pattern);
	const names = new Map(Object.entries(expression.namedGroups()));
	let replaced = "";
	let from = 0;
	for (const match of matchesOf(expression, subject, -1n)) {
		replaced += subject.slice(from, match.start) + expandTemplate(template, match, names);
		from = match.end;
	}
	return text(replaced + subject.slice(from));
}

/** As Go splits: an empty match at either end cuts nothing off. */
function split(args: Arguments): RegoValue {
	const [pattern, subject] = [stringOperand(args, 0), stringOperand(args, 1)];
	const expression = expressions.compile(pattern);
	if (pattern !== "" && subject === "") return array([text("")]);
	const parts: string[] = [];
	let [from, last] = [0, 0];
	for (const { start, end } of matchesOf(expression, subject, -1n)) {
		last = start;
		if (end !== 0) parts.push(subject.slice(from, start));
		from = end;
	}
	if (last !== subject.length) parts.push(subject.slice(from));
	return array(parts.map(text));
}

function templateMatch(args: Arguments): RegoValue {
	const [template, subject] = [stringOperand(args, 0), stringOperand(args, 1)];
	const [start, end] = [stringOperand(args, 2), stringOperand(args, 3)];
	for (const [delimiter, which] of [
		[start, "start"],
		[end, "end"],
	] as const) {
		const length = Buffer.byteLength(delimiter);
		if (length === 1) continue;
		throw new Error(`${which} delimiter has to be exactly one character long but is ${length} long`);
	}
	const pattern = regexTemplate(template, { start, end, check: (part) => expressions.compile(part) });
	return boolean(expressions.compile(pattern).test(subject));
}
