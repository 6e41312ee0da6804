import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { WasmReader } from "../../../../mixer/policy/link/wasm-bytes.ts";
import { parseWasm } from "../../../../mixer/policy/link/wasm-module.ts";
import { linkRego } from "../../../support/linked-filter.ts";
import { scaled } from "../../../support/scale.ts";
import { pathPattern, Regexes, type RegexRule } from "./regexes.ts";

/** Of an arena with what compiled patterns take, before it is dropped. */
const KEPT_BYTES = 8 * 1024 * 1024;

/** Of data that the arena can hold once and not twice, which it would have to. */
const LONG = "x".repeat(16_000_000);

const EXTRA_PAGES = 64;

/** What a text of a kind that was not there before may add to a compiled pattern. */
const RARE_BYTES = 4096;

let regexes: Regexes;
let loadedPages: number;

before(async () => {
	regexes = await Regexes.link({ data: { long: LONG }, extraPages: EXTRA_PAGES });
	loadedPages = regexes.memory().pages;
});

/** Texts of every length up to 200 that look like a path, differ from one another, and now and then are none. */
function pathLike(i: number): string {
	const segment = `${i.toString(36)}-${(i * 2654435761) % 999}`;
	const parts = ["", i % 7 === 0 ? "book" : "books", segment.repeat(1 + (i % 3)), i % 5 === 0 ? segment : ""];
	return i % 11 === 0
		? `${parts.join("/")}${"z".repeat(i % 180)}`
		: parts.filter((part, at) => at === 0 || part).join("/");
}

test("compiles a pattern once", () => {
	const cold = regexes.evaluate("path", { value: "/books/1" });
	const warm = regexes.evaluate("path", { value: "/books/1" });
	assert.deepEqual([cold.value, warm.value], ["true", "true"]);
	assert.ok(warm.fuel * 50 < cold.fuel, `${warm.fuel} units after ${cold.fuel}`);
	assert.equal(regexes.evaluate("path", { value: "/books/1" }).fuel, warm.fuel);
	const others: [rule: RegexRule, input: object][] = [
		["wildcard", { pattern: "*.{a,b}.example", delimiters: ["."], value: "x.b.example" }],
		["find", { pattern: "([a-z])([0-9])", value: "a1 b2", number: -1 }],
	];
	for (const [rule, input] of others) {
		const [first, second] = [regexes.evaluate(rule, input), regexes.evaluate(rule, input)];
		assert.equal(first.value, second.value);
		assert.ok(second.fuel * 2 < first.fuel, `${rule}: ${second.fuel} units after ${first.fuel}`);
	}
});

const evaluations = scaled({ quick: 100_000, full: 1_000_000 });

test(`${evaluations} texts leave the memory as 10,000 do, and are matched as JavaScript does it`, () => {
	const expected = new RegExp(pathPattern, "u");
	const wrong: string[] = [];
	let matched = 0;
	const { drops } = regexes;
	let warm = regexes.memory();
	for (let i = 0; i < evaluations; i++) {
		const value = pathLike(i);
		const { value: answer } = regexes.evaluate("path", { value });
		if (answer !== String(expected.test(value))) wrong.push(value);
		if (answer === "true") matched++;
		if (i === 10_000) warm = regexes.memory();
	}
	assert.deepEqual(wrong, []);
	assert.ok(matched > evaluations / 10 && matched < evaluations * 0.9, `${matched} matched`);
	assert.equal(regexes.drops, drops);
	assert.equal(regexes.memory().pages, warm.pages);
	assert.ok(regexes.memory().arenaBytes <= warm.arenaBytes + RARE_BYTES, `${regexes.memory().arenaBytes} bytes`);
});

const patterns = scaled({ quick: 10_000, full: 100_000 });

test(`${patterns} evaluations with thousands of patterns stay right and within bounds`, () => {
	const { drops } = regexes;
	const { pages } = regexes.memory();
	let arenaBytes = 0;
	for (let i = 0; i < patterns; i++) {
		const kind = (i * 7919) % 5000;
		const value = `k${kind}${"abc".slice(0, i % 4)}`;
		const pattern = `^k${kind}[a-c]{1,2}$`;
		assert.equal(regexes.evaluate("match", { pattern, value }).value, String(i % 4 === 1 || i % 4 === 2), value);
		if (i % 3 === 0) assert.equal(regexes.evaluate("match", { pattern: `${pattern}(`, value }).value, undefined);
		const glob = { pattern: `k${kind}?`, delimiters: null, value };
		if (i % 5 === 0) assert.equal(regexes.evaluate("wildcard", glob).value, String(i % 4 === 1), value);
		arenaBytes = Math.max(arenaBytes, regexes.memory().arenaBytes);
	}
	assert.equal(regexes.memory().pages, pages);
	assert.ok(regexes.drops - drops >= patterns / 96, `${regexes.drops - drops} drops`);
	assert.ok(arenaBytes < KEPT_BYTES, `${arenaBytes} bytes`);
});

test("a wrong pattern drops nothing", () => {
	const { drops } = regexes;
	for (let i = 0; i < 1000; i++) {
		const pattern = `a${i}(`;
		assert.equal(regexes.evaluate("match", { pattern, value: "a" }).value, undefined);
		assert.equal(regexes.evaluate("valid", { pattern }).value, "false");
		assert.equal(regexes.evaluate("valid", { pattern: `a${i}` }).value, "true");
	}
	assert.ok(regexes.drops <= drops + 1);
});

describe("an evaluation that ends inside of the arena leaves it as good as new", () => {
	const path = { value: "/books/a-b/c-d" };
	const ends: [what: string, rule: RegexRule, input: object, fault: string][] = [
		["a text that does not fit", "long", {}, "opa_malloc: failed"],
		[
			"functions too deep inside one another",
			"wildcard",
			{ pattern: "{".repeat(3000), delimiters: [], value: "a" },
			"ran out of memory",
		],
	];
	for (const [what, rule, input, fault] of ends) {
		const rounds = scaled({ quick: 200, full: 2000 });
		test(`${what}, ${rounds} times`, () => {
			regexes.evaluate("path", path);
			assert.equal(regexes.evaluate(rule, input).fault, fault);
			const cold = regexes.evaluate("path", path);
			assert.equal(cold.value, "true");
			const { drops } = regexes;
			const memory = regexes.memory();
			for (let i = 1; i <= rounds; i++) {
				assert.equal(regexes.evaluate(rule, input).fault, fault);
				assert.deepEqual(regexes.evaluate("path", path), cold);
				assert.deepEqual(regexes.memory(), memory);
				assert.equal(regexes.drops, drops + i);
			}
		});
	}

	const rounds = scaled({ quick: 10_000, full: 100_000 });
	test(`no fuel, at ${rounds} points between the first unit and the last`, () => {
		const input = { pattern: "^/(b|c)+/x{1,3}$", value: "/bcb/xx" };
		const { fuel: units } = regexes.evaluate("match", input);
		const warm = regexes.evaluate("match", input);
		const stop = () =>
			assert.equal(regexes.evaluate("match", input, Math.floor(warm.fuel / 2)).fault, "ran out of fuel");
		stop();
		const cold = regexes.evaluate("match", input);
		assert.ok(warm.fuel < cold.fuel && cold.fuel <= units);
		const { pages } = regexes.memory();
		let inside = 0;
		for (let i = 0; i < rounds; i++) {
			stop();
			const end = regexes.evaluate("match", input, Math.floor((i * cold.fuel) / rounds));
			assert.equal(end.fault, "ran out of fuel");
			const { drops } = regexes;
			const next = regexes.evaluate("match", input);
			const isDropped = regexes.drops > drops;
			assert.deepEqual(next, isDropped ? cold : warm, `${end.fuel} units`);
			if (isDropped) inside++;
		}
		assert.deepEqual(regexes.evaluate("match", input), warm);
		assert.ok(inside > rounds / 2, `${inside} ended inside`);
		assert.equal(regexes.memory().pages, pages);
	});
});

test("the policy's memory has its own bound, and the arena one that it starts with", () => {
	const grown = regexes.evaluate("grow", {});
	assert.equal(grown.fault, "opa_malloc: failed");
	assert.ok(regexes.memory().pages <= loadedPages + EXTRA_PAGES);
	const [, policyMemory, arena] = parseWasm(regexes.module).memories.map(pagesOf);
	assert.deepEqual(policyMemory, { first: 2, most: loadedPages + EXTRA_PAGES });
	const arenaPages = 2 * 2 + ((8 + 12) * 1024) / 64 + EXTRA_PAGES;
	assert.deepEqual(arena, { first: arenaPages, most: arenaPages });
});

function pagesOf(limits: Uint8Array): { first: number; most: number | undefined } {
	const reader = new WasmReader(limits);
	const isBounded = reader.byte() === 1;
	const first = reader.unsigned();
	return { first, most: isBounded ? reader.unsigned() : undefined };
}

test("a policy without regular expressions has no arena", async () => {
	const { module } = await linkRego({ modules: { "a.rego": "package a\nb := input.c == 1\n" }, entrypoints: ["a/b"] });
	assert.equal(parseWasm(module).memories.length, 2);
	assert.equal(Buffer.from(module).includes("a pattern with a NUL character"), false);
});
