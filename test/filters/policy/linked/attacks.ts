import type { FakeHost } from "../../../support/fake-host.ts";
import { policy } from "../../../support/filter-host.ts";
import { type LinkedFilter, linkRego } from "../../../support/linked-filter.ts";

const rego = `package attack

role := input.attributes.request.http.headers["x-role"]

hundred := [n | some n in numbers.range(1, 100)]

conflict := true if role != ""

conflict := false if role != ""

builtin if io.jwt.decode(role)

surrogate if json.unmarshal(concat("", ["\\"\\\\u", "d800", role, "\\""]))

shift if bits.lsh(1, count(role) * 100000000000) > 0

fuel if {
	some a in hundred
	some b in hundred
	some c in hundred
	a * b * c > 999999999
}

digits if to_number(concat("", ["1e", role])) + 1 > 0

factors if to_number(role) * to_number(role) > 0

multiplied if product([to_number(role) | some n in hundred]) > 0

range if count(numbers.range(1, 100000000)) == 1

strings if count([text | some n in numbers.range(1, 100000); text := sprintf("%d %s", [n, role])]) == 1

double(text) := concat("", [text, text])

double4(text) := double(double(double(double(text))))

doubled if double4(double4(double4(double4(double4(double4(role)))))) == ""

fine := {"allowed": true, "headers": {"x-role": upper(role)}}
`;

export const attackRules: readonly string[] = [
	"conflict",
	"builtin",
	"surrogate",
	"shift",
	"fuel",
	"digits",
	"factors",
	"multiplied",
	"range",
	"strings",
	"doubled",
];

/** What `builtin` is told of a role that is no token. */
export const builtinFault = "io.jwt.decode: encoded JWT had no period separators";

/**
 * Rules that fail in every way that there is, and `fine`, which answers with the header x-role in upper case.
 *
 * @param extraPages of memory beyond the data.
 */
export function linkAttacks(extraPages: number): Promise<LinkedFilter> {
	return linkRego({
		modules: { "attack.rego": rego },
		entrypoints: [...attackRules, "fine"].map((rule) => `attack/${rule}`),
		extraPages,
		keep: ["saveStack", "__sp", "policy_pages"],
	});
}

/** A Policy that asks one of the rules, always anew. */
export function attackPolicy(rule: string, fields: object = {}) {
	const inputs = [["attributes", "request", "http", "headers", "x-role"]];
	const placed = { placement: "proxy", deterministic: false, inputs };
	return policy({ name: rule, entrypoint: `attack/${rule}`, ...placed, ...fields });
}

/** What an evaluation must leave as it found it: OPA's stack pointer and AssemblyScript's, and both memories' size. */
export function vmState({ module }: FakeHost) {
	return {
		opaStack: module.global("__sp"),
		filterStack: module.call("saveStack"),
		policyPages: module.call("policy_pages") ?? 0,
		filterBytes: module.memoryBytes,
	};
}
