import type { ConfigPart } from "./front-config.ts";

/*
 * The bookstore's rules as Envoy's own filters can say them: who may do what in which area. What RBAC cannot say is
 * left out: the reason, and the tier that the policy adds to answers.
 */

const TYPE = "type.googleapis.com/envoy.extensions.filters.http";

const READING = ["GET", "HEAD"];
const STAFF = [...READING, "POST", "PUT", "PATCH", "DELETE"];

/** RBAC with the rules, then local_ratelimit, which never runs out here: an allowed request pays for both. */
export const NATIVE_RULES: readonly ConfigPart[] = [
	{
		name: "envoy.filters.http.rbac",
		typed_config: {
			"@type": `${TYPE}.rbac.v3.RBAC`,
			rules: {
				action: "ALLOW",
				policies: {
					"books-public": {
						permissions: [{ and_rules: { rules: [method(READING), area("books")] } }],
						principals: [{ any: true }],
					},
					staff: {
						permissions: [
							{ and_rules: { rules: [method(STAFF), { or_rules: { rules: [area("books"), area("admin")] } }] } },
						],
						principals: [{ header: { name: "x-role", string_match: { exact: "librarian" } } }],
					},
				},
			},
		},
	},
	{
		name: "envoy.filters.http.local_ratelimit",
		typed_config: {
			"@type": `${TYPE}.local_ratelimit.v3.LocalRateLimit`,
			stat_prefix: "bench",
			token_bucket: { max_tokens: 1_000_000, tokens_per_fill: 1_000_000, fill_interval: "1s" },
			filter_enabled: { default_value: { numerator: 100 } },
			filter_enforced: { default_value: { numerator: 100 } },
		},
	},
];

function method(names: readonly string[]): object {
	return {
		or_rules: { rules: names.map((exact) => ({ header: { name: ":method", string_match: { exact } } })) },
	};
}

function area(name: string): object {
	const paths = [{ exact: `/${name}` }, { prefix: `/${name}/` }];
	return { or_rules: { rules: paths.map((path) => ({ url_path: { path } })) } };
}
