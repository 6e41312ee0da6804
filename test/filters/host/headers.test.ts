import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Headers, HeaderTable } from "../../support/fake-host-pairs.ts";
import { scaled } from "../../support/scale.ts";
import { HostModule } from "./host-module.ts";

const REQUEST = 0;
const RESPONSE = 2;
const OK = 0;
const BAD_ARGUMENT = 2;
const PARSE_FAILURE = 4;

/** All pairs as the filter sees them. */
function pairsOf(module: HostModule, context: number): [string, string][] {
	return Array.from({ length: module.call(context, "pairsCount") }, (_, i) => {
		module.call(context, "pairsName", i);
		const name = module.out();
		module.call(context, "pairsValue", i);
		return [name, module.out()];
	});
}

test("reads all pairs in order, repeated and empty ones apart, and gives the memory back", async () => {
	const module = await HostModule.load();
	const headers: Headers = [
		[":method", "GET"],
		["x-role", ""],
		["x-role", "admin"],
		["x-text", "é"],
	];
	const { id } = module.host.request({ headers });
	assert.equal(module.call(id, "pairsRead", REQUEST), OK);
	assert.deepEqual(pairsOf(module, id), headers);
	assert.equal(module.host.outstandingAllocations(), 1);
	module.call(id, "pairsFree");
	assert.equal(module.call(id, "pairsCount"), 0);
	assert.equal(module.host.outstandingAllocations(), 0);
});

test("finds each pair of a name, and none of a name that only begins alike", async () => {
	const module = await HostModule.load();
	const { id } = module.host.request({
		headers: [
			["x-a", "1"],
			["x-ab", "2"],
			["x-a", "3"],
		],
	});
	module.call(id, "pairsRead", REQUEST);
	const find = (name: string, from: number) => module.call(id, "pairsFind", module.first(name), from);
	assert.equal(find("x-a", 0), 0);
	assert.equal(find("x-a", 1), 2);
	assert.equal(find("x-a", 3), -1);
	assert.equal(find("x-", 0), -1);
	assert.equal(find("", 0), -1);
});

test("reads any number of headers of any size", async () => {
	const module = await HostModule.load();
	const header = fc.tuple(
		fc.string({ minLength: 1 }).map((name) => name.toLowerCase()),
		fc.string({ maxLength: 300 }),
	);
	const check = (headers: [string, string][]) => {
		const stream = module.host.request({ headers });
		assert.equal(module.call(stream.id, "pairsRead", REQUEST), OK);
		assert.deepEqual(pairsOf(module, stream.id), stream.requestHeaders.toText());
		module.call(stream.id, "pairsFree");
		stream.end();
	};
	fc.assert(fc.property(fc.array(header, { maxLength: 100 }), check), { numRuns: scaled({ quick: 200, full: 5000 }) });
	assert.equal(module.host.outstandingAllocations(), 0);
});

test("there are no pairs where there is no map", async () => {
	const module = await HostModule.load();
	assert.equal(module.call(1, "pairsRead", REQUEST), BAD_ARGUMENT);
	assert.equal(module.call(1, "pairsCount"), 0);
});

test("a map that is none is refused whole, and its memory given back", async () => {
	const module = await HostModule.load();
	const { id } = module.host.request({ headers: [["a", "1"]] });
	const good = new HeaderTable([
		["name", "value"],
		["b", ""],
	]).serialize();
	for (let cut = 1; cut < good.length; cut++) {
		module.host.mangledPairs = good.slice(0, cut);
		assert.equal(module.call(id, "pairsRead", REQUEST), PARSE_FAILURE, `cut at ${cut}`);
		assert.equal(module.call(id, "pairsCount"), 0);
	}
	for (const mangle of [0, 4, 8, 12]) {
		for (const size of [0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0]) {
			const bad = Uint8Array.from(good);
			new DataView(bad.buffer).setUint32(mangle, size, true);
			module.host.mangledPairs = bad;
			assert.equal(module.call(id, "pairsRead", REQUEST), PARSE_FAILURE, `${size} at ${mangle}`);
		}
	}
	assert.equal(module.host.outstandingAllocations(), 0);
});

test("any bytes as a map are read within their bounds or refused", async () => {
	const module = await HostModule.load();
	const { id } = module.host.request({ headers: [] });
	const map = fc
		.tuple(fc.array(fc.nat(12), { maxLength: 9 }), fc.uint8Array({ maxLength: 40 }))
		.map(([sizes, rest]) => {
			return Buffer.concat([new Uint8Array(Uint32Array.from(sizes).buffer), rest]);
		});
	const check = (bytes: Uint8Array) => {
		module.host.mangledPairs = bytes;
		const status = module.call(id, "pairsRead", REQUEST);
		assert.ok(status === OK || status === PARSE_FAILURE);
		const sizes = pairsOf(module, id).reduce((sum, [name, value]) => sum + Buffer.byteLength(name + value), 0);
		// A byte that is not UTF-8 counts three times, as U+FFFD.
		assert.ok(sizes <= bytes.length * 3);
	};
	fc.assert(fc.property(map, check), { numRuns: scaled({ quick: 2000, full: 50_000 }) });
});

test("adds beside, replaces all, removes all", async () => {
	const module = await HostModule.load();
	const stream = module.host.request({
		headers: [
			["x-a", "1"],
			["x-a", "2"],
			["x-b", "3"],
		],
	});
	const change = (what: string, name: string, value: string) =>
		module.call(stream.id, what, REQUEST, module.first(name), module.second(value));
	assert.equal(change("add", "x-b", "4"), OK);
	assert.equal(change("replace", "x-a", "5"), OK);
	assert.equal(change("replace", "x-new", "6"), OK);
	assert.equal(change("replace", ":path", "/7"), OK);
	assert.equal(module.call(stream.id, "remove", REQUEST, module.first("x-absent")), OK);
	assert.deepEqual(stream.requestHeaders.toText(), [
		["x-a", "5"],
		["x-b", "3"],
		["x-b", "4"],
		["x-new", "6"],
		[":path", "/7"],
	]);
	module.call(stream.id, "remove", REQUEST, module.first("x-b"));
	assert.equal(stream.requestHeaders.get("x-b"), undefined);
	assert.equal(module.call(stream.id, "add", RESPONSE, module.first("x"), module.second("y")), BAD_ARGUMENT);
});

const unfit: [name: string, value: string][] = [
	["", "empty name"],
	[":", "only a colon"],
	["a b", "space in a name"],
	["a:b", "colon in a name"],
	["a\r\nb", "line break in a name"],
	["é", "a name that is not ASCII"],
	["x-a", "injected\r\nx-admin: 1"],
	["x-a", "line\nfeed"],
	["x-a", "carriage\rreturn"],
	["x-a", "nul\0byte"],
];

for (const [name, value] of unfit) {
	test(`sets no header ${JSON.stringify(name)}: ${JSON.stringify(value)}`, async () => {
		const module = await HostModule.load();
		const stream = module.host.request({ headers: [] });
		const sizes = [module.first(name), module.second(value)];
		assert.equal(module.call(stream.id, "add", REQUEST, ...sizes), BAD_ARGUMENT);
		assert.equal(module.call(stream.id, "replace", REQUEST, ...sizes), BAD_ARGUMENT);
		module.call(stream.id, "listReset");
		assert.equal(module.call(stream.id, "listAdd", ...sizes), 0);
		assert.deepEqual(stream.requestHeaders.pairs, []);
	});
}

test("a list of headers takes 64 KiB and refuses what is more", async () => {
	const module = await HostModule.load();
	module.call(1, "listReset");
	const name = module.first("x");
	// Name, value and a NUL after each: 1 + 32765 + 2, twice, is 65536.
	assert.equal(module.call(1, "listAdd", name, module.second("v".repeat(32765))), 1);
	assert.equal(module.call(1, "listAdd", name, module.second("v".repeat(32766))), 0);
	assert.equal(module.call(1, "listAdd", name, module.second("v".repeat(32765))), 1);
	assert.equal(module.call(1, "listAdd", name, module.second("")), 0);
});
