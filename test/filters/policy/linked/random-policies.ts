import fc from "fast-check";
import { policy } from "../../../support/filter-host.ts";
import { type LinkedFilter, linkRego } from "../../../support/linked-filter.ts";

/** One condition of a rule, and what of a request it reads. */
interface Condition {
	readonly rego: string;
	readonly reads: readonly string[];
	readonly readsTime?: boolean;
}

/** A Rego policy made at random, and what the build would find out of it. */
export interface RandomPolicy {
	readonly rego: string;
	readonly inputs: readonly (readonly string[])[];
	readonly deterministic: boolean;
}

const headers = ["attributes", "request", "http", "headers"];
const headerName = fc.constantFrom("x-a", "x-b");
const value = fc.constantFrom("1", "12", "staff", "");

const header = (name: string) => `input.attributes.request.http.headers[${JSON.stringify(name)}]`;

const condition: fc.Arbitrary<Condition> = fc.oneof(
	fc.tuple(headerName, value).map(([name, text]) => ({ rego: `${header(name)} == "${text}"`, reads: [...headers, name] })),
	fc.tuple(headerName, value).map(([name, text]) => ({ rego: `startswith(${header(name)}, "${text}")`, reads: [...headers, name] })),
	headerName.map((name) => ({ rego: `not ${header(name)}`, reads: [...headers, name] })),
	headerName.map((name) => ({ rego: `data.random.roles[${header(name)}] == "staff"`, reads: [...headers, name] })),
	fc.constantFrom("GET", "PUT").map((method) => ({ rego: `input.request.method == "${method}"`, reads: ["request", "method"] })),
	fc.constant({ rego: "input.request.method in data.random.methods", reads: ["request", "method"] }),
	fc.constantFrom("/a", "/a/b").map((path) => ({ rego: `startswith(input.request.path, "${path}")`, reads: ["request", "path"] })),
	fc.constant({ rego: "input.request.path_segments[0] in data.random.areas", reads: ["request", "path_segments"] }),
	fc.constant({ rego: "count(input.request.path_segments) > 1", reads: ["request", "path_segments"] }),
	fc.constant({ rego: "time.now_ns() % 2000000 < 1000000", reads: ["request", "method"], readsTime: true }),
); // biome-ignore format: a row each

/** As Rego's text, where every field is a constant but for a header with what a request says or the data hold. */
const decision = fc.oneof(
	fc.constantFrom("true", "false", '{"allowed": "yes"}'),
	fc
		.record({
			allowed: fc.boolean(),
			ttl: fc.option(fc.constantFrom(0, 0.003, 0.05, 2, 60)),
			text: fc.constantFrom('"constant"', "object.get(data.random.roles, name, name)", 'concat("-", ["a", name])'),
			status: fc.constantFrom("", ', "http_status": 401'),
			more: fc.constantFrom("", ', "body": name', ', "response_headers_to_add": {"x-more": name}'),
		})
		.map(({ allowed, ttl, text, status, more }) => {
			const lifetime = ttl === null ? "" : `, "ttl": ${ttl}`;
			return `{"allowed": ${allowed}, "headers": {"x-said": ${text}}${allowed ? "" : status}${lifetime}${more}}`;
		}),
);

const rule = fc.tuple(decision, fc.array(condition, { minLength: 1, maxLength: 3 }));

export const randomPolicy: fc.Arbitrary<RandomPolicy> = fc
	.record({ rules: fc.array(rule, { minLength: 1, maxLength: 4 }), otherwise: fc.option(decision), name: headerName })
	.map(({ rules, otherwise, name }) => {
		const branches = rules.map(([then, all]) => `:= ${then} if {\n\t${all.map(({ rego }) => rego).join("\n\t")}\n}`);
		if (otherwise !== null) branches.push(`:= ${otherwise}`);
		const conditions = rules.flatMap(([, all]) => all);
		const reads = [[...headers, name], ...conditions.map((each) => each.reads)];
		const paths = [...new Set(reads.map((path) => JSON.stringify(path)))].sort();
		return {
			rego: `name := object.get(input.attributes.request.http.headers, "${name}", "none")\n\ndecision ${branches.join(" else ")}\n`,
			inputs: paths.map((path) => JSON.parse(path)),
			deterministic: !conditions.some(({ readsTime }) => readsTime),
		};
	});

/** The data that the random policies read. */
export const randomData = fc.record({
	random: fc.record({
		roles: fc.dictionary(value, fc.constantFrom("staff", "guest"), { maxKeys: 3 }),
		methods: fc.uniqueArray(fc.constantFrom("GET", "PUT", "POST")),
		areas: fc.uniqueArray(fc.constantFrom("a", "b", "c")),
	}),
});

/** Their Rego by file name; policy number 3 is the package p3. */
export function regoFiles(policies: readonly RandomPolicy[]): Record<string, string> {
	return Object.fromEntries(policies.map(({ rego }, i) => [`p${i}.rego`, `package p${i}\n\n${rego}`]));
}

/** Many policies in one module: policy number 3 is the entrypoint p3/decision. */
export function linkPolicies(policies: readonly RandomPolicy[]): Promise<LinkedFilter> {
	return linkRego({
		modules: regoFiles(policies),
		entrypoints: policies.map((_, i) => `p${i}/decision`),
	});
}

/** The Policy of the plugin configuration that asks policy number `i`, or the Mixer. */
export function randomPolicyFields(policies: readonly RandomPolicy[], i: number, fields: object) {
	const { inputs, deterministic } = policies[i] ?? { inputs: [], deterministic: true };
	return policy({ entrypoint: `p${i}/decision`, inputs, deterministic, deadlineMs: 60_000, ...fields });
}
