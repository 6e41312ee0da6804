import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answer, get, quota, sealed, startFilter } from "../support/filter-host.ts";

describe("a decision that allows", () => {
	const cases: [name: string, path: string, decision: object, headers: [string, string][]][] = [
		["sets a header", "/", { headers: { "x-a": "1" } }, [["x-a", "1"]]],
		["replaces a header the client sent", "/", { headers: { "x-role": "reader" } }, [["x-role", "reader"]]],
		["sets a header to several values", "/", { headers: { "x-a": ["1", "2"] } }, [["x-a", "1"], ["x-a", "2"]]], // biome-ignore format: a row
		["sets a header that several objects name", "/", { headers: [{ "X-A": "1", "x-b": "2" }, { "x-a": ["3"] }] }, [["x-a", "1"], ["x-b", "2"], ["x-a", "3"]]], // biome-ignore format: a row
		["replaces a header in a list", "/", { headers: [{ "x-role": "reader" }] }, [["x-role", "reader"]]],
		["removes a header", "/", { request_headers_to_remove: ["X-Role"] }, [["x-role", ""]]],
		["sets a query parameter", "/p", { query_parameters_to_set: { a: "1 2" } }, [[":path", "/p?a=1%202"]]],
		["replaces one", "/p?b=1&a=0&a=3&c", { query_parameters_to_set: { a: "x" } }, [[":path", "/p?b=1&c&a=x"]]],
		["removes one however it is spelt", "/p?%61=1&b=2", { query_parameters_to_remove: ["a"] }, [[":path", "/p?b=2"]]],
		["removes the only one", "/p?a=1", { query_parameters_to_remove: ["a"] }, [[":path", "/p"]]],
		["sets one that it removes as well", "/p?a=0&b", { query_parameters_to_set: { a: ["1", "2"] }, query_parameters_to_remove: ["b"] }, [[":path", "/p?a=1&a=2"]]], // biome-ignore format: a row
		["keeps what has no name", "/p?&=1&a", { query_parameters_to_remove: ["a"] }, [[":path", "/p?&=1"]]],
		["leaves a path without query operations alone", "/p?a=%7e", { headers: { "x-a": "1" } }, [[":path", "/p?a=%7e"]]],
	];
	for (const [name, path, decision, expected] of cases) {
		test(name, async () => {
			const host = await startFilter();
			const stream = get(host, path, [["x-role", "admin"]]);
			answer(host.grpc.last, { allowed: true, ...decision });
			assert.equal(stream.result, "continue");
			const names = new Set(expected.map(([header]) => header));
			const got = stream.requestHeaders.toText().filter(([header]) => names.has(header));
			assert.deepEqual(
				got,
				expected.filter(([, value]) => value !== ""),
			);
		});
	}

	test("puts dynamic_metadata into filter state as JSON", async () => {
		const host = await startFilter();
		const stream = get(host, "/");
		answer(host.grpc.last, { allowed: true, dynamic_metadata: { tier: ["gold", 1] } });
		assert.equal(new TextDecoder().decode(stream.filterState.get("sluice_metadata")), '{"tier":["gold",1]}');
	});

	test("may hold fields that mean nothing here, which are counted", async () => {
		const host = await startFilter();
		const stream = get(host, "/");
		answer(host.grpc.last, { allowed: true, alowed: false, other: {} });
		assert.equal(stream.result, "continue");
		assert.equal(host.metrics.get("sluice_decision_unknown_fields").value, 2n);
	});

	test("reads a field name however JSON escapes it", async () => {
		const host = await startFilter();
		const stream = get(host, "/");
		answer(host.grpc.last, { allowed: true, headers: { 'x-"': "no" } });
		assert.equal(stream.localResponse?.details, "sluice_policy_error");
	});
});

/** A decision that draws on the Quota of `quota` in its filter-host form. */
function draws(...entries: readonly object[]): object {
	return { allowed: true, quotas: entries.map((entry) => ({ name: "reads", key: ["alice"], ...entry })) };
}

describe("a decision of a wrong type is a policy error that names the field", () => {
	const cases: [decision: unknown, fault: string][] = [
		[null, "the decision is neither a boolean nor an object"],
		[0, "the decision is neither a boolean nor an object"],
		["true", "the decision is neither a boolean nor an object"],
		[[true], "the decision is neither a boolean nor an object"],
		[{}, "allowed is missing"],
		[{ allowed: "true" }, "allowed is not a boolean"],
		[{ allowed: null }, "allowed is not a boolean"],
		[{ allowed: false, http_status: "403" }, "http_status is not a whole number"],
		[{ allowed: false, http_status: 403.5 }, "http_status is not a whole number"],
		[{ allowed: false, http_status: 100 }, "http_status is not from 200 to 599"],
		[{ allowed: false, body: 1 }, "body is not a string"],
		[{ allowed: true, reason: {} }, "reason is not a string"],
		[{ allowed: true, rule: [] }, "rule is not a string"],
		[{ allowed: true, ttl: "1s" }, "ttl is not a number"],
		[{ allowed: true, headers: "x" }, "headers is neither an object nor a list of objects"],
		[{ allowed: true, headers: ["x"] }, "headers is neither an object nor a list of objects"],
		[{ allowed: true, headers: { "x-a": 1 } }, "headers holds something other than strings"],
		[{ allowed: true, headers: { "x a": "1" } }, "headers has a name that is not a header a policy may change"],
		[{ allowed: true, headers: { ":path": "/" } }, "headers has a name that is not a header a policy may change"],
		[{ allowed: true, headers: { Host: "a" } }, "headers has a name that is not a header a policy may change"],
		[{ allowed: true, headers: { "x-a": "b\r\nx-c: d" } }, "headers has a value with a line break or NUL"],
		[{ allowed: false, headers: { "x-a": "\0" } }, "headers has a value with a line break or NUL"],
		[
			{ allowed: true, response_headers_to_add: 1 },
			"response_headers_to_add is neither an object nor a list of objects",
		],
		[{ allowed: true, request_headers_to_remove: "x" }, "request_headers_to_remove is not a list"],
		[
			{ allowed: true, request_headers_to_remove: [":method"] },
			"request_headers_to_remove has a name that is not a header a policy may change",
		],
		[
			{ allowed: true, query_parameters_to_set: { a: null } },
			"query_parameters_to_set holds something other than strings",
		],
		[{ allowed: true, query_parameters_to_set: { "": "x" } }, "query_parameters_to_set has an empty name"],
		[{ allowed: true, query_parameters_to_remove: {} }, "query_parameters_to_remove is not a list"],
		[{ allowed: true, dynamic_metadata: 1 }, "dynamic_metadata is not an object"],
		[{ allowed: true, quotas: {} }, "quotas is not a list"],
		[{ allowed: true, quotas: ["reads"] }, "quotas has an entry that is not an object"],
		[{ allowed: true, quotas: [{ key: [] }] }, "quotas has an entry without name"],
		[{ allowed: true, quotas: [{ name: 1, key: [] }] }, "quotas has a name that is not a string"],
		[{ allowed: true, quotas: [{ name: "other", key: [] }] }, "quotas names a Quota that does not exist: other"],
		[{ allowed: true, quotas: [{ name: "x".repeat(64), key: [] }] }, "quotas has a name that is no Quota's"],
		[draws({ key: undefined }), "quotas has an entry without key; write [] for one counter for all"],
		[draws({ key: "alice" }), "quotas has a key that is not a list; write [] for one counter for all"],
		[draws({ key: [1, 2, 3, 4, 5, 6, 7, 8, 9] }), "quotas has a key with more than 8 values"],
		[draws({ key: [null] }), "quotas has a key with a value that is neither text nor a number nor a boolean"],
		[draws({ key: [["a"]] }), "quotas has a key with a value that is neither text nor a number nor a boolean"],
		[draws({ key: ["x".repeat(1022)] }), "quotas has a key of more than 1024 bytes"],
		[draws({ amount: "1" }), "quotas has an amount that is not a whole number from 0 to 10^15"],
		[draws({ amount: -1 }), "quotas has an amount that is not a whole number from 0 to 10^15"],
		[draws({ amount: 1.5 }), "quotas has an amount that is not a whole number from 0 to 10^15"],
		[draws({ amount: 1e16 }), "quotas has an amount that is not a whole number from 0 to 10^15"],
		[draws({ limit: 0 }), "quotas has a limit that is not a whole number from 1 to 10^15"],
		[draws({ amount: 1e15 }, { amount: 1 }), "quotas draws more than 10^15 of one quota and key"],
		[draws({ limit: 1 }, { limit: 2 }), "quotas has two entries of one quota and key with different limits"],
		[draws(...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => ({ key: [n] }))), "quotas has more than 8 entries"],
		[{ allowed: false, quotas: [{ name: "other", key: [] }] }, "quotas names a Quota that does not exist: other"],
		[{ allowed: true, quota_denied: "no" }, "quota_denied is not an object"],
		[{ allowed: true, quota_denied: { status: 1 } }, "quota_denied has a member that is neither body nor headers"],
		[{ allowed: true, quota_denied: { body: 1 } }, "quota_denied has a body that is not a string"],
		[
			{ allowed: true, quota_denied: { headers: { "x-a": 1 } } },
			"quota_denied.headers holds something other than strings",
		],
	];
	for (const [decision, fault] of cases) {
		test(`${JSON.stringify(decision)}: ${fault}`, async () => {
			const host = await startFilter({ quotas: [quota()] });
			const stream = get(host, "/");
			answer(host.grpc.last, decision);
			assert.equal(stream.localResponse?.status, 403);
			assert.equal(stream.localResponse?.details, "sluice_policy_error");
			assert.equal(sealed(stream), false);
			const [line] = host.logLines(4);
			assert.match(line ?? "", /^sluice: policy bookstore: .* \(d-[0-9a-f]{8}-1\)$/);
			assert.ok(line?.includes(fault), line);
		});
	}
});

describe("a decision that changes much", () => {
	const named = (count: number, value: string) =>
		Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, value]));
	for (const [what, bound, decision, fault] of [
		[
			"query parameters",
			100,
			(count: number) => ({ query_parameters_to_set: named(count, "1") }),
			"query_parameters_to_set makes more than 100 changes to the query",
		],
		[
			"headers in a list",
			256,
			(count: number) => ({ headers: [named(count - 1, "1"), { n0: "2" }] }),
			"headers lists more than 256 headers",
		],
	] as const) {
		test(`may change ${bound} ${what}, and no more`, async () => {
			const host = await startFilter();
			const most = get(host, "/p?n0=0");
			answer(host.grpc.last, { allowed: true, ...decision(bound) });
			assert.equal(most.result, "continue");
			const more = get(host, "/p?n0=0");
			answer(host.grpc.last, { allowed: true, ...decision(bound + 1) });
			assert.equal(more.localResponse?.details, "sluice_policy_error");
			assert.ok(host.logLines(4)[0]?.includes(fault), host.logLines(4)[0]);
		});
	}
});
