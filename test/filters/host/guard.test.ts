import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { FakeHost } from "../../support/fake-host.ts";
import { scaled } from "../../support/scale.ts";
import { buildTestFilter } from "../../support/test-filter.ts";

const source = "test/filters/wasm/failing.ts";
let wasm: Uint8Array;
let sourceLines: string[];

before(async () => {
	wasm = await buildTestFilter("failing");
	sourceLines = (await readFile(new URL("../wasm/failing.ts", import.meta.url), "utf8")).split("\n");
});

/** What the log says of a failure in the line that has this text. */
function failedAt(text: string, message = ""): string {
	const index = sourceLines.findIndex((line) => line.includes(text));
	assert.notEqual(index, -1, text);
	return `assertion failed at ${source}:${index + 1}${message}`;
}

async function startedHost(): Promise<FakeHost> {
	const host = await FakeHost.load(wasm);
	assert.equal(host.start(), true);
	return host;
}

const failures = [
	{ name: "a failed assertion", deed: 1, line: () => failedAt('"asked to"', ": asked to") },
	{ name: "a thrown error", deed: 3, line: () => failedAt('"thrown"', ": thrown") },
	{ name: "a failure deep in the stack", deed: 4, line: () => failedAt("held.length == 0") },
];

for (const { name, deed, line } of failures) {
	test(`${name} ends the callback, is logged, and the filter answers the stream`, async () => {
		const host = await startedHost();
		const stream = host.request({ headers: [[":method", "GET"]], properties: { deed } });
		assert.equal(stream.localResponse?.status, 503);
		assert.equal(stream.localResponse?.details, "failed");
		assert.deepEqual(host.logLines(5), [line()]);
		assert.equal(host.request({ headers: [] }).result, "continue");
	});
}

test("an index out of range is logged with the library's file", async () => {
	const host = await startedHost();
	assert.equal(host.request({ headers: [], properties: { deed: 2 } }).localResponse?.status, 503);
	assert.match(host.logLines(5).join(), /^assertion failed at ~lib\/staticarray\.ts:\d+: Index out of range$/);
});

test("a stack used up is contained too", async () => {
	const host = await startedHost();
	assert.equal(host.request({ headers: [], properties: { deed: 6 } }).localResponse?.status, 503);
	assert.match(host.logLines(5).join(), /^assertion failed at /);
	assert.equal(host.request({ headers: [] }).result, "continue");
});

test("a long message is cut at 1024 bytes, and what is not ASCII is replaced", async () => {
	const host = await startedHost();
	assert.equal(host.request({ headers: [], properties: { deed: 7 } }).localResponse?.status, 503);
	assert.deepEqual(host.logLines(5), [failedAt('"é".repeat', ": ".padEnd(2000, "?")).slice(0, 1024)]);
});

test("a failure in the answer as well continues, for the seal to refuse", async () => {
	const host = await startedHost();
	const stream = host.request({ headers: [], properties: { deed: 5 } });
	assert.equal(stream.result, "continue");
	assert.equal(stream.localResponse, undefined);
	assert.deepEqual(host.logLines(5), [failedAt("held.length == 0"), failedAt("held.length == 0")]);
	assert.equal(host.done(), true, "a root that fails twice is done");
});

test("a failure to configure refuses the configuration", async () => {
	const host = await FakeHost.load(wasm, { pluginConfiguration: "1234567" });
	assert.equal(host.start(), false);
	assert.deepEqual(host.logLines(), [failedAt("size != 7", ": seven is a bad size"), "callback 1 context 1 token 0"]);
});

test("on_callback_failed learns which callback, context and call failed", async () => {
	const host = await startedHost();
	host.tick();
	host.close(77, 14, "");
	assert.deepEqual(
		host.logLines().filter((line) => line.startsWith("callback")),
		["callback 12 context 1 token 0", "callback 14 context 1 token 77"],
	);
});

// The deep ones leave the shadow stack where it was: without the guard's restoring it, some hundred of them are too many.
const counts = [
	{ deed: 1, count: scaled({ quick: 10_000, full: 100_000 }) },
	{ deed: 2, count: scaled({ quick: 10_000, full: 100_000 }) },
	{ deed: 3, count: scaled({ quick: 10_000, full: 100_000 }) },
	{ deed: 4, count: 100_000 },
	{ deed: 5, count: scaled({ quick: 10_000, full: 100_000 }) },
	{ deed: 6, count: scaled({ quick: 100, full: 1000 }) },
];

for (const { deed, count } of counts) {
	test(`the virtual machine works on, in the same memory, after ${count} failures of kind ${deed}`, async () => {
		const host = await startedHost();
		let memoryBytes = 0;
		for (let i = 0; i < count; i++) {
			const stream = host.request({ headers: [], properties: { deed } });
			assert.equal(stream.localResponse?.status, deed === 5 ? undefined : 503);
			stream.end();
			host.logs.length = 0;
			if (i === count / 10) memoryBytes = host.module.memoryBytes;
		}
		assert.equal(host.module.memoryBytes, memoryBytes);
		assert.equal(host.request({ headers: [] }).result, "continue");
	});
}
