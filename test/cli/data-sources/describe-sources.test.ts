import assert from "node:assert/strict";
import { test } from "node:test";
import { describeSources } from "../../../cli/data-sources/describe-sources.ts";

test("a line for each source, then what went wrong", () => {
	const blocked = {
		name: "blocked-readers",
		adapter: "list",
		path: "bookstore/blocked_readers",
		entries: 1203,
		ageMs: 61_000,
		state: "fresh",
		onExpired: "keep",
		lastError: null,
		nextRefreshMs: 239_400,
	} as const;
	const late = {
		...blocked,
		name: "late",
		state: "expired",
		onExpired: "deny",
		lastError: "a:1: no\na:2: \u001b[1m",
	} as const;
	const unread = { ...blocked, name: "new", entries: null, ageMs: null, state: "unread", onExpired: "empty" } as const;
	assert.equal(
		describeSources([blocked, late, unread]),
		`NAME             ADAPTER  DATA                            ENTRIES   AGE  STATE           NEXT
blocked-readers  list     data.bookstore.blocked_readers     1203  61 s  fresh          239 s
late             list     data.bookstore.blocked_readers     1203  61 s  expired: deny  239 s
new              list     data.bookstore.blocked_readers        -     -  unread: empty  239 s
late: a:1: no; a:2: \\u{1b}[1m
`,
	);
	assert.equal(describeSources([]), "no data sources\n");
});
