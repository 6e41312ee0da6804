import { array, object, set, text as string } from "../../mixer/policy/builtins/make-value.ts";
import { parseRegoValue } from "../../mixer/policy/builtins/parse-rego-value.ts";
import { compareValues, printValue, type RegoValue } from "../../mixer/policy/builtins/rego-value.ts";
import type { ComplianceCase } from "./case.ts";
import type { Outcome } from "./outcome.ts";

/** What is said of an outcome. */
export type Verdict =
	/** As OPA answers; `sameWords` where an error also says what OPA's does. */
	| { readonly type: "pass"; readonly sameWords?: boolean }
	/** OPA's answer but for the order of an array, which can come of a set: OPA sorts those when it writes JSON. */
	| { readonly type: "reordered"; readonly why: string }
	/** Not run there, told at build. */
	| { readonly type: "refused"; readonly why: string }
	/** OPA answers or finds nothing, and here the request is denied. */
	| { readonly type: "denied"; readonly why: string }
	/** Another answer than OPA's. */
	| { readonly type: "wrong"; readonly why: string };

/**
 * Holds an outcome against what is expected. Where OPA fails only with strict built-in errors, nothing is as good as an
 * error, as in OPA's own tests of its Wasm: either denies as a policy error.
 */
export function judge(found: ComplianceCase, variable: string | undefined, outcome: Outcome): Verdict {
	const { expected } = found;
	if (outcome.type === "refused") return { type: "refused", why: outcome.message };
	if (expected.type === "error") {
		if (outcome.type === "error") return { type: "pass", sameWords: outcome.message.includes(expected.text) };
		if (expected.isStrict && isNothing(outcome)) return { type: "pass", sameWords: false };
		return { type: "wrong", why: `${show(outcome)} instead of the error ${expected.text || expected.code}` };
	}
	const wanted = set(expected.bindings.map((each) => bindings([...each], found.sortBindings)));
	if (outcome.type === "error") return { type: "denied", why: `${outcome.message} instead of ${printValue(wanted)}` };
	const got = boundValues(found, variable, outcome);
	if (compareValues(got, wanted) === 0) return { type: "pass" };
	if (compareValues(unordered(got), unordered(wanted)) === 0) return { type: "reordered", why: printValue(got) };
	return { type: "wrong", why: `${printValue(got)} instead of ${printValue(wanted)}` };
}

function isNothing(outcome: Outcome): boolean {
	return outcome.type === "undefined" || (outcome.type === "value" && outcome.json === "[]");
}

function boundValues(found: ComplianceCase, variable: string | undefined, outcome: Outcome): RegoValue {
	if (outcome.type !== "value") return set([]);
	const value = parseRegoValue(outcome.json);
	if (variable !== undefined) return set([bindings([[variable, value]], found.sortBindings)]);
	return set("items" in value ? value.items.map((each) => sorted(each, found.sortBindings)) : [value]);
}

function sorted(value: RegoValue, sortBindings: boolean): RegoValue {
	return value.type === "object"
		? bindings(
				value.members.map(([key, bound]) => [nameOf(key), bound]),
				sortBindings,
			)
		: value;
}

function bindings(members: readonly (readonly [string, RegoValue])[], sortBindings: boolean): RegoValue {
	const sort = (value: RegoValue) =>
		sortBindings && value.type === "array" ? array(value.items.toSorted(compareValues)) : value;
	return object(members.map(([name, value]) => [string(name), sort(value)] as const));
}

function nameOf(key: RegoValue): string {
	return key.type === "string" ? key.value : printValue(key);
}

/** What an outcome of another kind is called. */
function show(outcome: Outcome): string {
	return outcome.type === "value" ? outcome.json : outcome.type;
}

/** Every array sorted, as sets are. */
function unordered(value: RegoValue): RegoValue {
	if (value.type === "object") return object(value.members.map(([key, member]) => [key, unordered(member)] as const));
	if (value.type === "array") return array(value.items.map(unordered).toSorted(compareValues));
	return value.type === "set" ? set(value.items.map(unordered)) : value;
}
