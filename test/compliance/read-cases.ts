import { type Document, parseAllDocuments } from "yaml";
import { z } from "zod";
import { parseRegoValue } from "../../mixer/policy/builtins/parse-rego-value.ts";
import type { ComplianceCase, Expectation } from "./case.ts";

/** Go's whole numbers: OPA reads YAML into them, and what is larger into a float. */
const [LEAST_INT, MOST_UINT] = [-(2n ** 63n), 2n ** 64n - 1n];

/** Values are JSON text here: JavaScript's own numbers would not hold all of them. */
const Case = z.strictObject({
	note: z.string(),
	query: z.string(),
	modules: z.array(z.string()).optional(),
	data: z.unknown().optional(),
	input: z.unknown().optional(),
	input_term: z.string().optional(),
	want_result: z.array(z.record(z.string(), z.unknown())).nullish(),
	want_error: z.string().optional(),
	want_error_code: z.string().optional(),
	sort_bindings: z.boolean().optional(),
	strict_error: z.boolean().optional(),
	// Of queries that are compiled as they are; here each is a rule.
	ignore_generated_vars: z.boolean().optional(),
});

const File = z.strictObject({ cases: z.array(Case) });

/** Reads one of OPA's files of cases (v1/test/cases/cases.go). */
export function readCases(text: string, subject: string): ComplianceCase[] {
	return parseAllDocuments(text, { intAsBigInt: true }).flatMap((document) => {
		if ("empty" in document && document.empty === true) return [];
		return File.parse(plainValue(document)).cases.map((found) => ({
			name: found.note,
			subject,
			query: found.query.trim(),
			modules: found.modules ?? [],
			data: goJson(found.data ?? {}),
			input: withoutLastCommas(found.input_term) ?? (found.input === undefined ? undefined : goJson(found.input)),
			sortBindings: found.sort_bindings ?? false,
			expected: expectationOf(found),
		}));
	});
}

function plainValue(document: Document): unknown {
	return document.toJS({ maxAliasCount: -1 });
}

function expectationOf(found: z.infer<typeof Case>): Expectation {
	const { want_error: text = "", want_error_code: code = "", strict_error: isStrict = false } = found;
	if (text !== "" || code !== "") return { type: "error", code, text, isStrict };
	const bindings = (found.want_result ?? []).map(
		(each) => new Map(Object.entries(each).map(([name, value]) => [name, parseRegoValue(goJson(value))])),
	);
	return { type: "result", bindings };
}

/** A value of YAML as the JSON that Go makes of it. */
function goJson(value: unknown): string {
	if (typeof value === "bigint") return value >= LEAST_INT && value <= MOST_UINT ? `${value}` : `${Number(value)}`;
	if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value);
	const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${goJson(member)}`);
	return `{${members.join(",")}}`;
}

/** A comma behind the last item is Rego, but not what OPA's module reads. */
function withoutLastCommas(term: string | undefined): string | undefined {
	return term?.replace(/,(\s*[}\]])/g, "$1");
}
