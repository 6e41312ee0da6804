import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FakeHost } from "../support/fake-host.ts";
import type { FakeStream } from "../support/fake-host-stream.ts";
import { answer, checks, get, policy, recordOf, sealed, startFilter } from "../support/filter-host.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SHORT = "8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const attributes = ["trace.id", "trace.span_id", "trace.parent_span_id", "trace.sampled"];

type Headers = readonly (readonly [string, string])[];

/** The filter with every request allowed, in a configuration that makes spans. */
async function start(sampledPerMillion: number | undefined, fields: object = {}): Promise<FakeHost> {
	const tracing = sampledPerMillion === undefined ? {} : { tracing: { trustCallers: true, sampledPerMillion } };
	return startFilter({ default: "allow", policies: [], report: { attributes }, ...tracing, ...fields });
}

const traceHeaders = /^(traceparent|tracestate|b3|x-b3-.*)$/;

/** What the upstream gets of the trace. */
function sent(stream: FakeStream): Headers {
	return stream.requestHeaders.toText().filter(([name]) => traceHeaders.test(name));
}

/** What goes on of these headers, and what the record says. */
function through(host: FakeHost, headers: Headers) {
	const stream = get(host, "/", headers);
	assert.equal(sealed(stream), true);
	return { headers: sent(stream), record: recordOf(host, stream) };
}

describe("a trace that comes goes on with the request's own span", () => {
	for (const { what, headers, upstream, id = TRACE } of [
		{
			what: "traceparent with its tracestate",
			headers: [
				["traceparent", `00-${TRACE}-${CALLER}-01`],
				["tracestate", "vendor=1"],
			],
			upstream: [
				["traceparent", `00-${TRACE}-SPAN-01`],
				["tracestate", "vendor=1"],
			],
		},
		{
			what: "a traceparent of a later version, as version 00",
			headers: [["traceparent", `cc-${TRACE}-${CALLER}-03-what-is-to-come`]],
			upstream: [["traceparent", `00-${TRACE}-SPAN-03`]],
		},
		{
			what: "flags that mean nothing, without them",
			headers: [["traceparent", `00-${TRACE}-${CALLER}-ff`]],
			upstream: [["traceparent", `00-${TRACE}-SPAN-03`]],
		},
		{
			what: "b3",
			headers: [["b3", `${TRACE}-${CALLER}-1`]],
			upstream: [["b3", `${TRACE}-SPAN-1-${CALLER}`]],
		},
		{
			what: "b3 with a short trace id and a parent, for debugging",
			headers: [["b3", `${SHORT}-${CALLER}-d-00f067aa0ba902b7`]],
			upstream: [["b3", `${SHORT}-SPAN-d-${CALLER}`]],
			id: SHORT.padStart(32, "0"),
		},
		{
			what: "X-B3 headers",
			headers: [
				["x-b3-traceid", SHORT],
				["x-b3-spanid", CALLER],
				["x-b3-parentspanid", "00f067aa0ba902b7"],
				["x-b3-sampled", "true"],
			],
			upstream: [
				["x-b3-traceid", SHORT],
				["x-b3-spanid", "SPAN"],
				["x-b3-parentspanid", CALLER],
				["x-b3-sampled", "1"],
			],
			id: SHORT.padStart(32, "0"),
		},
		{
			what: "X-B3 headers for debugging",
			headers: [
				["x-b3-traceid", TRACE],
				["x-b3-spanid", CALLER],
				["x-b3-flags", "1"],
			],
			upstream: [
				["x-b3-traceid", TRACE],
				["x-b3-spanid", "SPAN"],
				["x-b3-flags", "1"],
				["x-b3-parentspanid", CALLER],
			],
		},
		{
			what: "b3 beside a broken traceparent, which does not",
			headers: [
				["traceparent", `00-${TRACE}-${CALLER}-0`],
				["tracestate", "vendor=1"],
				["b3", `${TRACE}-${CALLER}-1`],
			],
			upstream: [["b3", `${TRACE}-SPAN-1-${CALLER}`]],
		},
		{
			what: "traceparent before b3, which goes on as it is",
			headers: [
				["b3", `${SHORT}-${CALLER}-1`],
				["traceparent", `00-${TRACE}-${CALLER}-01`],
			],
			upstream: [
				["b3", `${SHORT}-${CALLER}-1`],
				["traceparent", `00-${TRACE}-SPAN-01`],
			],
		},
	] as const) {
		test(what, async () => {
			const { headers: onward, record } = through(await start(0), headers);
			const own = String(record["trace.span_id"]);
			assert.deepEqual(
				onward,
				upstream.map(([name, value]) => [name, value.replace("SPAN", own)]),
			);
			assert.deepEqual(
				[record["trace.id"], record["trace.parent_span_id"], record["trace.sampled"]],
				[id, CALLER, true],
			);
			assert.match(String(record["trace.span_id"]), /^(?!0{16})[0-9a-f]{16}$/);
			assert.notEqual(record["trace.span_id"], CALLER);
		});
	}
});

describe("a trace that is not sampled goes on as it came, without a span", () => {
	for (const headers of [
		[
			["traceparent", `00-${TRACE}-${CALLER}-00`],
			["tracestate", "vendor=1"],
		],
		[["b3", `${TRACE}-${CALLER}-0`]],
		[
			["x-b3-traceid", TRACE],
			["x-b3-spanid", CALLER],
			["x-b3-sampled", "0"],
		],
	] as const) {
		test(headers.map(([name]) => name).join(), async () => {
			const { headers: onward, record } = through(await start(1_000_000), headers);
			assert.deepEqual(onward, headers);
			assert.deepEqual(record, { "trace.id": TRACE, "trace.parent_span_id": CALLER, "trace.sampled": false });
		});
	}

	test("b3: 0, which names no trace", async () => {
		const { headers: onward, record } = through(await start(1_000_000), [["b3", "0"]]);
		assert.deepEqual([onward, record], [[["b3", "0"]], { "trace.sampled": false }]);
	});
});

/** The cases of the W3C's trace-context test suite that leave a header out, and those of B3's specification. */
const invalid: readonly { readonly what: string; readonly headers: Headers }[] = [
	{ what: "no header", headers: [] },
	{ what: "version ff", headers: [["traceparent", `ff-${TRACE}-${CALLER}-01`]] },
	{ what: "a version that is no hexadecimal", headers: [["traceparent", `.0-${TRACE}-${CALLER}-01`]] },
	{ what: "an upper-case version", headers: [["traceparent", `CC-${TRACE}-${CALLER}-01`]] },
	{ what: "a version of three digits", headers: [["traceparent", `000-${TRACE}-${CALLER}-01`]] },
	{ what: "version 00 with more behind it", headers: [["traceparent", `00-${TRACE}-${CALLER}-01-x`]] },
	{ what: "version 00 with a dash behind it", headers: [["traceparent", `00-${TRACE}-${CALLER}-01-`]] },
	{ what: "a later version with more and no dash", headers: [["traceparent", `cc-${TRACE}-${CALLER}-01.x`]] },
	{ what: "a trace id of zeros", headers: [["traceparent", `00-${"0".repeat(32)}-${CALLER}-01`]] },
	{ what: "an upper-case trace id", headers: [["traceparent", `00-${TRACE.toUpperCase()}-${CALLER}-01`]] },
	{ what: "a trace id too long", headers: [["traceparent", `00-${TRACE}a-${CALLER}-01`]] },
	{ what: "a trace id too short", headers: [["traceparent", `00-${TRACE.slice(1)}-${CALLER}-01`]] },
	{ what: "a parent id of zeros", headers: [["traceparent", `00-${TRACE}-${"0".repeat(16)}-01`]] },
	{ what: "a parent id with a dot", headers: [["traceparent", `00-${TRACE}-.${CALLER.slice(1)}-01`]] },
	{ what: "flags of one digit", headers: [["traceparent", `00-${TRACE}-${CALLER}-1`]] },
	{ what: "flags of three digits", headers: [["traceparent", `00-${TRACE}-${CALLER}-001`]] },
	{ what: "flags that are no hexadecimal", headers: [["traceparent", `00-${TRACE}-${CALLER}-.0`]] },
	{ what: "an empty traceparent", headers: [["traceparent", ""]] },
	{ what: "a traceparent of 60 KiB", headers: [["traceparent", `00-${TRACE}-${CALLER}-01-${"x".repeat(61_440)}`]] },
	{
		what: "two traceparents",
		headers: [
			["traceparent", `00-${TRACE}-${CALLER}-01`],
			["traceparent", `00-${TRACE}-${CALLER}-01`],
		],
	},
	{ what: "two traceparents in one", headers: [["traceparent", `00-${TRACE}-${CALLER}-01,00-${TRACE}-${CALLER}-01`]] },
	{ what: "a tracestate alone", headers: [["tracestate", "vendor=1"]] },
	{ what: "b3 with an upper-case id", headers: [["b3", `${TRACE.toUpperCase()}-${CALLER}-1`]] },
	{ what: "b3 with a span id of zeros", headers: [["b3", `${TRACE}-${"0".repeat(16)}-1`]] },
	{ what: "b3 with another decision", headers: [["b3", `${TRACE}-${CALLER}-2`]] },
	{ what: "b3 with a trace id of 20 digits", headers: [["b3", `${TRACE.slice(12)}-${CALLER}-1`]] },
	{ what: "b3 with more behind it", headers: [["b3", `${TRACE}-${CALLER}-1-${CALLER}-`]] },
	{ what: "b3 with a broken parent", headers: [["b3", `${TRACE}-${CALLER}-1-${CALLER.toUpperCase()}`]] },
	{ what: "b3 of one digit", headers: [["b3", "2"]] },
	{ what: "an X-B3-TraceId alone", headers: [["x-b3-traceid", TRACE]] },
	{
		what: "X-B3 headers with two spans",
		headers: [
			["x-b3-traceid", TRACE],
			["x-b3-spanid", CALLER],
			["x-b3-spanid", CALLER],
			["x-b3-sampled", "1"],
		],
	},
	{
		what: "X-B3 headers with another decision",
		headers: [
			["x-b3-traceid", TRACE],
			["x-b3-spanid", CALLER],
			["x-b3-sampled", "yes"],
		],
	},
];

describe("a new trace begins", () => {
	for (const { what, headers } of invalid) {
		test(`where there is ${what.slice(0, 50)}`, async () => {
			const { headers: onward, record } = through(await start(1_000_000), headers);
			const id = String(record["trace.id"]);
			assert.match(id, /^(?!0{32})[0-9a-f]{32}$/);
			assert.notEqual(id, TRACE);
			assert.deepEqual([record["trace.parent_span_id"], record["trace.sampled"]], [undefined, true]);
			const traceparents = onward.filter(([name]) => name === "traceparent");
			assert.deepEqual(traceparents, [["traceparent", `00-${id}-${String(record["trace.span_id"])}-01`]]);
			assert.deepEqual(
				onward.filter(([name]) => name === "tracestate"),
				[],
			);
		});

		test(`nowhere with a sampling of 0, and ${what.slice(0, 50)} goes on as it is`, async () => {
			const { headers: onward, record } = through(await start(0), headers);
			assert.deepEqual([onward, record], [headers, {}]);
		});
	}

	test("in B3 for who asks for one in B3", async () => {
		const host = await start(0);
		const single = through(host, [["b3", "d"]]);
		const id = String(single.record["trace.id"]);
		assert.deepEqual(single.headers, [["b3", `${id}-${String(single.record["trace.span_id"])}-d`]]);
		const several = through(host, [["x-b3-sampled", "1"]]);
		assert.deepEqual(several.headers, [
			["x-b3-sampled", "1"],
			["x-b3-traceid", several.record["trace.id"]],
			["x-b3-spanid", several.record["trace.span_id"]],
		]);
	});

	test("for the share that is to be sampled; the others say that they are not", async () => {
		const host = await start(250_000);
		const flags = Array.from({ length: 400 }, () => sent(get(host, "/"))[0]?.[1].slice(-2));
		const sampled = flags.filter((flag) => flag === "01").length;
		assert.equal(flags.filter((flag) => flag === "00").length, 400 - sampled);
		assert.ok(sampled > 60 && sampled < 140, `${sampled} of 400`);
	});

	test("under an id of its own each time", async () => {
		const host = await start(1_000_000);
		const ids = new Set(Array.from({ length: 300 }, () => sent(get(host, "/"))[0]?.[1]));
		assert.equal(ids.size, 300);
	});
});

test("a trace that a caller began ends where callers are not trusted, and another begins", async () => {
	const tracing = { trustCallers: false, sampledPerMillion: 1_000_000 };
	const host = await start(undefined, { tracing });
	for (const headers of [
		[
			["traceparent", `00-${TRACE}-${CALLER}-00`],
			["tracestate", "vendor=1"],
		],
		[["b3", "0"]],
		[
			["x-b3-traceid", TRACE],
			["x-b3-spanid", CALLER],
			["x-b3-parentspanid", CALLER],
			["x-b3-flags", "1"],
		],
	] as const) {
		const { headers: onward, record } = through(host, headers);
		const id = String(record["trace.id"]);
		assert.notEqual(id, TRACE);
		assert.deepEqual([record["trace.parent_span_id"], record["trace.sampled"]], [undefined, true]);
		assert.deepEqual(onward, [["traceparent", `00-${id}-${String(record["trace.span_id"])}-01`]]);
	}
});

test("a decision that B3 leaves open is made here, and whoever chooses the ids has no say in it", async () => {
	const host = await start(500_000);
	const decisions = new Set(
		Array.from({ length: 100 }, () => sent(get(host, "/", [["b3", `${TRACE}-${CALLER}`]]))[0]?.[1].slice(50, 51)),
	);
	assert.deepEqual([...decisions].sort(), ["0", "1"]);
});

test("without spans in the configuration a request's trace headers stay, and its record names the caller's span alone", async () => {
	const host = await start(undefined);
	const headers = [
		["x-b3-traceid", TRACE],
		["x-b3-spanid", CALLER],
	] as const;
	const { headers: onward, record } = through(host, headers);
	assert.deepEqual([onward, record], [headers, { "trace.id": TRACE, "trace.parent_span_id": CALLER }]);
});

test("what a policy says about a trace header counts", async () => {
	const host = await start(1_000_000, { policies: [policy()] });
	const stream = get(host, "/", [["traceparent", `00-${TRACE}-${CALLER}-01`]]);
	assert.deepEqual(
		sent(stream),
		[["traceparent", `00-${TRACE}-${CALLER}-01`]],
		"nothing is changed before the decision",
	);
	answer(host.grpc.last, { allowed: true, headers: { traceparent: "mine" } });
	assert.deepEqual(sent(stream), [["traceparent", "mine"]]);
});

test("a request that is refused leaves a record with its span", async () => {
	const host = await start(1_000_000, { default: "deny" });
	const stream = get(host, "/", [["traceparent", `00-${TRACE}-${CALLER}-01`]]);
	assert.equal(stream.localResponse?.status, 403);
	const record = recordOf(host, stream);
	assert.deepEqual([record["trace.id"], record["trace.parent_span_id"]], [TRACE, CALLER]);
});

test("the times of the decision and of the Mixer's call are recorded where they are asked for", async () => {
	for (const [names, callout] of [
		[["check.time", "check.duration", "check.callout_duration"], 30_000_000n],
		[["check.time", "check.duration"], undefined],
	] as const) {
		const host = await startFilter({ report: { attributes: names } });
		const asked = host.clockNs;
		const stream = get(host, "/");
		host.advance(30);
		const [call] = checks(host);
		assert.ok(call);
		answer(call, true);
		const record = recordOf(host, stream);
		assert.deepEqual(record, {
			"check.time": asked,
			"check.duration": 30_000_000n,
			...(callout !== undefined && { "check.callout_duration": callout }),
		});
	}
});
