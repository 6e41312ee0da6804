import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { applyMask } from "../../../../mixer/adapters/decisionlog/mask-rules.ts";

const event = () => ({
	input: { user: { name: "ann", card: "4111" }, "a/b": 1, "x y": 2, list: ["p", { q: "r" }] },
	result: { allowed: true, reason: "r" },
});

const cases: readonly {
	what: string;
	mask: unknown;
	change: (e: ReturnType<typeof event>) => unknown;
	erased?: string[];
	masked?: string[];
}[] = [
	{ what: "nothing", mask: [], change: (e) => e },
	{
		what: "a path as text",
		mask: ["/input/user/card"],
		change: (e) => ({ ...e, input: { ...e.input, user: { name: "ann" } } }),
		erased: ["/input/user/card"],
	},
	{
		what: "an object without a value",
		mask: [{ op: "remove", path: "/result/reason" }],
		change: (e) => ({ ...e, result: { allowed: true } }),
		erased: ["/result/reason"],
	},
	{ what: "the whole input", mask: ["/input"], change: ({ result }) => ({ result }), erased: ["/input"] },
	{
		what: "what isn't there",
		mask: ["/input/nobody/card", "/input/user/name/x", "/input/list/7", "/nd_builtin_cache/x"],
		change: (e) => e,
	},
	{
		what: "an element of a list, and below one",
		mask: ["/input/list/1/q", "/input/list/0"],
		change: (e) => ({ ...e, input: { ...e.input, list: [{}] } }),
		erased: ["/input/list/1/q", "/input/list/0"],
	},
	{
		what: "names with slashes and spaces in them, written as OPA or as JSON pointers have them",
		mask: ["/input/a~1b", "/input/x%20y"],
		change: ({ input: { user, list }, result }) => ({ input: { user, list }, result }),
		erased: ["/input/a~1b", "/input/x%20y"],
	},
	{
		what: "a value in the place of another, and where none was",
		mask: [
			{ op: "upsert", path: "/input/user/card", value: "****" },
			{ op: "upsert", path: "/input/new/deep", value: { a: 1 } },
			{ op: "upsert", path: "/result/__proto__", value: null },
		],
		change: ({ input, result }) => ({
			input: { ...input, user: { name: "ann", card: "****" }, new: { deep: { a: 1 } } },
			result: JSON.parse(`{"allowed":${result.allowed},"reason":"r","__proto__":null}`),
		}),
		masked: ["/input/user/card", "/input/new/deep", "/result/__proto__"],
	},
];

describe("a mask", () => {
	for (const { what, mask, change, erased = [], masked = [] } of cases) {
		test(`takes ${what}`, () => {
			const changed = event();
			assert.deepEqual(applyMask(changed, mask), { erased, masked });
			assert.deepEqual(changed, change(event()));
		});
	}

	test("changes nothing of what an event has not", () => {
		const empty = {};
		assert.deepEqual(applyMask(empty, ["/input/x", { op: "upsert", path: "/input/y", value: 1 }]), {
			erased: [],
			masked: [],
		});
		assert.deepEqual(empty, {});
	});

	for (const [mask, message] of [
		[true, "the mask is no set of paths or of objects with op and path"],
		[[7], "the mask is no set of paths or of objects with op and path"],
		[[{ op: "add", path: "/input" }], "the mask is no set of paths or of objects with op and path"],
		[["input/x"], 'the mask\'s path "input/x" must begin with /input or /result'],
		[["/labels/id"], 'the mask\'s path "/labels/id" must begin with /input or /result'],
		[
			[{ op: "upsert", path: "/input/user/name/first", value: "x" }],
			'the mask puts a value at "/input/user/name/first", where none can be',
		],
		[
			[{ op: "upsert", path: "/input/list/9", value: "x" }],
			'the mask puts a value at "/input/list/9", where none can be',
		],
	] as const) {
		test(`refuses ${JSON.stringify(mask)}`, () => {
			assert.throws(() => applyMask(event(), mask), { name: "MixerError", code: "policy", message });
		});
	}
});
