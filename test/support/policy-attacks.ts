import { collidingKeys } from "./colliding-keys.ts";

/** What a client may try on the policies of test/testdata/e2e/proxy-attacks, and the answer it has to get. */
export interface Attack {
	readonly what: string;
	readonly path: string;
	/** The header x-attack. */
	readonly text?: string;
	readonly status: number;
	/** How Envoy's record of the request accounts for the answer. */
	readonly details: string;
}

/** More fit neither into the headers that Envoy takes, 60 KiB, nor into the input. */
const COLLIDING_KEYS = 3500;

const POLICY_ERROR = { status: 403, details: "sluice_policy_error" } as const;
const BAD_INPUT = { status: 400, details: "sluice_bad_input" } as const;
const ALLOWED = { status: 200, details: "via_upstream" } as const;

export const attacks: readonly Attack[] = [
	{ what: "a number of 100 million digits, added to", path: "/attacked/number", text: "1e99999999", ...POLICY_ERROR },
	{ what: "the same in JSON", path: "/attacked/sum", text: '{"n": 1e99999999}', ...POLICY_ERROR },
	{
		what: "numbers so long that OPA's module traps",
		path: "/attacked/product",
		text: `{"n": ${"9".repeat(30_000)}}`,
		...POLICY_ERROR,
	},
	{ what: "a lone surrogate", path: "/attacked/document", text: '{"a": "\\ud800"}', ...POLICY_ERROR },
	{ what: "JSON nested 20,000 deep", path: "/attacked/document", text: nested(20_000), ...POLICY_ERROR },
	{ what: "JSON that never ends", path: "/attacked/document", text: "[".repeat(50_000), ...POLICY_ERROR },
	{ what: "keys that collide", path: "/attacked/keys", text: objectOf(collidingKeys(COLLIDING_KEYS)), ...POLICY_ERROR },
	{ what: "a key twice", path: "/attacked/document", text: '{"a": 1, "a": 2}', ...ALLOWED },
	{
		what: "a text on which other engines backtrack",
		path: "/attacked/subject",
		text: `${"a".repeat(30_000)}b`,
		status: 403,
		details: "sluice_denied",
	},
	{ what: "a pattern that backtracks elsewhere", path: "/attacked/pattern", text: "(a?){30}a{30}", ...ALLOWED },
	{ what: "a pattern that grows", path: "/attacked/pattern", text: "((a{1,100}){1,100}){1,100}", ...POLICY_ERROR },
	{
		what: "a nested pattern",
		path: "/attacked/pattern",
		text: `${"(".repeat(20_000)}${")".repeat(20_000)}`,
		...POLICY_ERROR,
	},
	{
		what: "a text each byte of which is a new state of a pattern",
		path: "/attacked/states",
		text: noise(30_000),
		...POLICY_ERROR,
	},
	{
		what: "more patterns than OPA keeps, each three times",
		path: "/attacked/patterns",
		text: patterns(130),
		...ALLOWED,
	},
	{ what: "a policy that loops in a loop in a loop", path: "/attacked/loop", ...POLICY_ERROR },
	{ what: "a policy that counts to 100 million", path: "/attacked/range", ...POLICY_ERROR },
	{ what: "a policy whose text grows", path: "/attacked/growth", ...POLICY_ERROR },
	{ what: "2,000 query parameters", path: `/counted/query?${query(2000)}`, ...BAD_INPUT },
	{ what: "40 kB that take 80 kB in the input", path: "/attacked/document", text: '"'.repeat(40_000), ...BAD_INPUT },
];

/** As and bs in no order that repeats. */
function noise(length: number): string {
	let bits = 12_345;
	return Array.from({ length }, () => {
		bits ^= bits << 13;
		bits ^= bits >>> 17;
		bits ^= bits << 5;
		return (bits & 1) === 1 ? "a" : "b";
	}).join("");
}

/** The first ten match `aaaa`. */
function patterns(count: number): string {
	return Array.from({ length: count }, (_, i) => `^a+${i}?$`)
		.flatMap((pattern) => [pattern, pattern, pattern])
		.join(",");
}

function nested(depth: number): string {
	return `{"a": ${"[".repeat(depth)}${"]".repeat(depth)}}`;
}

function objectOf(keys: readonly string[]): string {
	return `{${keys.map((key) => `"${key}":1`).join(",")}}`;
}

function query(count: number): string {
	return Array.from({ length: count }, (_, index) => `k${index}=1`).join("&");
}
