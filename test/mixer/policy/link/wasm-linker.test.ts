import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "binaryen";
import { type JoinOptions, joinWasm } from "../../../../mixer/policy/link/wasm-linker.ts";
import { customSection, functionNames, parseWasm } from "../../../../mixer/policy/link/wasm-module.ts";

function assemble(text: string): Uint8Array {
	const module = binaryen.parseText(text);
	module.setFeatures(binaryen.Features.All);
	const binary = module.emitBinary();
	module.dispose();
	return binary;
}

function join(parts: Record<string, string>, more: Partial<JoinOptions> = {}) {
	const stays = (name: string) => name.startsWith("call_");
	const wasm = joinWasm({
		parts: Object.entries(parts).map(([name, text]) => ({
			name,
			module: parseWasm(assemble(text)),
			metered: name === "metered",
		})),
		stays,
		...more,
	});
	const module = new WebAssembly.Module(wasm);
	const said: number[] = [];
	const { exports } = new WebAssembly.Instance(module, { env: { say: (value: number) => said.push(value) } });
	const call = (name: string, ...args: number[]): unknown => {
		const target = exports[name];
		assert.ok(typeof target === "function", name);
		return target(...args);
	};
	return { wasm, module, call, said };
}

test("joins modules that import each other, and leaves open what none of them gives", () => {
	const { module, call, said } = join({
		one: `(module
			(import "env" "say" (func $say (param i32)))
			(import "two" "twice" (func $twice (param i32) (result i32)))
			(func (export "step") (param i32) (result i32) (call $say (local.get 0)) (i32.add (local.get 0) (i32.const 1)))
			(func (export "call_twice") (param i32) (result i32) (call $twice (local.get 0)))
			(func (export "unused") (unreachable)))`,
		two: `(module
			(import "one" "step" (func $step (param i32) (result i32)))
			(func (export "twice") (param i32) (result i32) (call $step (call $step (local.get 0)))))`,
	});
	assert.equal(call("call_twice", 5), 7);
	assert.deepEqual(said, [5, 6]);
	assert.deepEqual(
		WebAssembly.Module.exports(module).map(({ name }) => name),
		["call_twice"],
	);
});

test("leaves one memory open, before those that parts have", () => {
	const parts = {
		one: `(module
			(import "env" "given" (memory $given 1))
			(func (export "call_given") (result i32) (i32.load8_u $given (i32.const 3))))`,
		two: `(module
			(memory $own 1)
			(data (i32.const 3) "a")
			(func (export "call_own") (result i32) (i32.load8_u $own (i32.const 3))))`,
	};
	const modules = Object.entries(parts).map(([name, text]) => ({ name, module: parseWasm(assemble(text)) }));
	const given = new WebAssembly.Memory({ initial: 1 });
	new Uint8Array(given.buffer)[3] = 42;
	for (const order of [modules, modules.toReversed()]) {
		const module = new WebAssembly.Module(joinWasm({ parts: order, stays: (name) => name.startsWith("call_") }));
		const { exports } = new WebAssembly.Instance(module, { env: { given } });
		for (const [name, value] of [
			["call_given", 42],
			["call_own", 97],
		] as const) {
			const call = exports[name];
			assert.ok(typeof call === "function");
			assert.equal(call(), value, name);
		}
	}
	const another = assemble(`(module
		(import "env" "another" (memory 1))
		(func (export "call_another") (result i32) (memory.size)))`);
	const parted = [...modules, { name: "three", module: parseWasm(another) }];
	assert.throws(
		() => joinWasm({ parts: parted, stays: (name) => name.startsWith("call_") }),
		new Error("nothing gives the memory env.another"),
	);
});

test("tells parameters in a part that is not metered", () => {
	const env = `(module
		(import "env" "say" (func $say (param i32)))
		(func (export "check") (param i32) (call $say (local.get 0))))`;
	const plain = `(module
		(func $sum (export "sum") (param i32 i32) (result i32) (local i32) (i32.add (local.get 0) (local.get 1)))
		(func (export "call_it") (result i32) (call $sum (i32.const 3) (i32.const 4))))`;
	const of = { part: "plain", name: "sum" };
	const checks = [1, 0].map((parameter) => ({ of, parameter, by: { part: "env", name: "check" } }));
	const { call, said } = join({ env, plain }, { checks });
	assert.equal(call("call_it"), 7);
	assert.deepEqual(said, [4, 3]);
});

test("follows an export that is an import itself", () => {
	const { call } = join({
		one: `(module
			(import "two" "value" (func $value (result i32)))
			(func (export "call_value") (result i32) (call $value)))`,
		two: `(module (import "three" "value" (func $value (result i32))) (export "value" (func $value)))`,
		three: `(module (func (export "value") (result i32) (i32.const 33)))`,
	});
	assert.equal(call("call_value"), 33);
});

test("sends calls of a part's own function elsewhere, from where it can still be called", () => {
	const own = parseWasm(
		assemble(`(module
		(import "glue" "other" (func $other (result i32)))
		(type $none (func (result i32)))
		(table 1 funcref)
		(elem (i32.const 0) $value)
		(func $value (export "value") (result i32) (i32.const 1))
		(func (export "call_direct") (result i32) (call $value))
		(func (export "call_by_table") (result i32) (call_indirect (type $none) (i32.const 0))))`),
	);
	const glue = parseWasm(
		assemble(`(module
		(import "own" "value" (func $value (result i32)))
		(func (export "instead") (result i32) (i32.add (call $value) (i32.const 10)))
		(func (export "other") (result i32) (i32.const 100)))`),
	);
	const parts = [
		{ name: "own", module: own, redirected: new Map([[1, { part: "glue", name: "instead" }]]) },
		{ name: "glue", module: glue },
	];
	const wasm = joinWasm({ parts, stays: (name) => name.startsWith("call_") });
	const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm), {});
	for (const name of ["call_direct", "call_by_table"]) {
		const call = exports[name];
		assert.ok(typeof call === "function");
		assert.equal(call(), 11, name);
	}
});

test("keeps memories, tables, data and globals of each apart", () => {
	const part = (name: string, text: string, value: number) => `(module
		(memory (export "memory") 1)
		(global $g (mut i32) (i32.const ${value}))
		(type $read (func (param i32) (result i32)))
		(table 2 funcref)
		(elem (i32.const 1) $read)
		(data (i32.const 8) "${text}")
		(func $read (type $read) (i32.add (global.get $g) (i32.load8_u (local.get 0))))
		(func (export "call_${name}") (param i32) (result i32)
			(call_indirect (type $read) (local.get 0) (i32.const 1))))`;
	const { call } = join({ one: part("one", "ab", 1000), two: part("two", "cd", 2000) });
	assert.deepEqual([call("call_one", 8), call("call_one", 9)], [1000 + 97, 1000 + 98]);
	assert.deepEqual([call("call_two", 8), call("call_two", 9)], [2000 + 99, 2000 + 100]);
	assert.equal(call("call_two", 10), 2000);
});

test("copies every kind of instruction that it knows", () => {
	const { call } = join({
		one: `(module (memory (export "memory") 1) (data (i32.const 0) "\\05\\06\\07"))`,
		two: `(module
			(import "one" "memory" (memory $other 1))
			(memory $own 1)
			(tag $stop (param i32))
			(func $throw (param i32) (throw $stop (local.get 0)))
			(func (export "call_copy") (param i32) (result i32)
				(memory.copy $own $other (i32.const 100) (i32.const 0) (i32.const 3))
				(memory.fill $own (i32.const 103) (i32.const 9) (i32.const 1))
				(i32.add (i32.load8_u $own (local.get 0)) (memory.size $own)))
			(func (export "call_catch") (param i32) (result i32)
				(try (result i32) (do (call $throw (local.get 0)) (i32.const 0)) (catch $stop)))
			(func (export "call_choose") (param i32) (result i32)
				(block $b (block $a (br_table $a $b (local.get 0))) (return (i32.const 10)))
				(select (i32.const 20) (i32.const 30) (i32.eq (local.get 0) (i32.const 1))))
			(func (export "call_float") (param i32) (result i32)
				(local $x f64) (local $y f32) (local $z i64)
				(local.set $x (f64.mul (f64.convert_i32_s (local.get 0)) (f64.const 2.5)))
				(local.set $y (f32.demote_f64 (local.get $x)))
				(local.set $z (i64.extend32_s (i64.trunc_sat_f32_s (local.get $y))))
				(i32.wrap_i64 (i64.sub (local.get $z) (i64.const -1)))))`,
	});
	assert.deepEqual([call("call_copy", 100), call("call_copy", 102), call("call_copy", 103)], [6, 8, 10]);
	assert.equal(call("call_catch", 42), 42);
	assert.deepEqual([call("call_choose", 0), call("call_choose", 1), call("call_choose", 2)], [10, 20, 30]);
	assert.equal(call("call_float", 4), 11);
});

/** Counts what the meter is told, and how many bytes of the stack are in use. */
const counting = `(module
	(global $count (mut i32) (i32.const 0))
	(global $depth (mut i32) (i32.const 0))
	(func $spend (export "spend") (global.set $count (i32.add (global.get $count) (i32.const 1))))
	(func (export "enter") (param i32) (global.set $depth (i32.add (global.get $depth) (local.get 0))) (call $spend))
	(func (export "leave") (param i32) (global.set $depth (i32.sub (global.get $depth) (local.get 0))))
	(func (export "call_depth") (result i32) (global.get $depth))
	(func (export "call_count") (result i32) (global.get $count)))`;
const meter = { part: "env", enter: "enter", leave: "leave", round: "spend" };

test("calls the meter at each entry and each round of a loop of the part that is metered", () => {
	const metered = `(module
		(func $inner)
		(func (export "call_loop") (param i32)
			(loop $again
				(call $inner)
				(local.set 0 (i32.sub (local.get 0) (i32.const 1)))
				(br_if $again (i32.gt_s (local.get 0) (i32.const 0))))))`;
	const { call } = join({ env: counting, metered }, { meter });
	call("call_loop", 10);
	assert.equal(call("call_count"), 1 + 10 + 10);
	assert.equal(call("call_depth"), 0);
});

test("tells the meter of every way out of a function, and the result stays", () => {
	const metered = `(module
		(func (export "call_ways") (param i32) (result i32)
			(block $out (result i32)
				(if (i32.eq (local.get 0) (i32.const 1)) (then (return (i32.const 101))))
				(block (block (br_if 3 (i32.const 102) (i32.eq (local.get 0) (i32.const 2))) (drop)))
				(block $a (block $b
					(br_table $a $b $a (i32.sub (local.get 0) (i32.const 3)))) (return (i32.const 104)))
				(i32.const 100)))
		(func (export "call_nested") (param i32) (result i32)
			(loop $l (result i32)
				(block (if (local.get 0) (then (return (i32.const 7)))))
				(i32.const 8))))`;
	const { call } = join({ env: counting, metered }, { meter });
	const ways = [0, 1, 2, 3, 4, 5].map((way) => [call("call_ways", way), call("call_depth")]);
	assert.deepEqual(ways, [[100, 0], [101, 0], [102, 0], [100, 0], [104, 0], [100, 0]]); // biome-ignore format: a row
	assert.deepEqual([call("call_nested", 1), call("call_nested", 0), call("call_depth")], [7, 8, 0]);
});

test("tells the meter what a function's frame takes: its parameters, its locals and the call", () => {
	const metered = `(module
		(import "env" "call_depth" (func $depth (result i32)))
		(func $wide (param i32 i64) (result i32) (local i32 i32 f64) (call $depth))
		(func (export "call_plain") (result i32) (call $depth))
		(func (export "call_nested") (result i32) (call $wide (i32.const 1) (i64.const 2))))`;
	const { call } = join({ env: counting, metered }, { meter });
	assert.deepEqual([call("call_plain"), call("call_nested"), call("call_depth")], [96, 96 + 96 + 5 * 8, 0]);
});

test("tells a function's parameter to another one before it begins", () => {
	const env = `(module
		(import "env" "say" (func $say (param i32)))
		(func (export "enter") (param i32)) (func (export "leave") (param i32)) (func (export "spend"))
		(func (export "check") (param i32) (call $say (local.get 0))))`;
	const metered = `(module
		(import "env" "say" (func $say (param i32)))
		(func $difference (export "difference") (param i32 i32) (result i32)
			(call $say (i32.const 0))
			(i32.sub (local.get 0) (local.get 1)))
		(func (export "call_it") (result i32) (call $difference (i32.const 7) (i32.const 3))))`;
	const of = { part: "metered", name: "difference" };
	const checks = [1, 0].map((parameter) => ({ of, parameter, by: { part: "env", name: "check" } }));
	const { call, said } = join({ env, metered }, { meter, checks });
	assert.equal(call("call_it"), 4);
	assert.deepEqual(said, [3, 7, 0]);
});

test("tells nothing of a second copy of the same module", () => {
	const env = parseWasm(
		assemble(`(module
		(import "env" "say" (func $say (param i32)))
		(func (export "check") (param i32) (call $say (local.get 0)))
		(func (export "enter") (param i32))
		(func (export "leave") (param i32))
		(func (export "spend")))`),
	);
	const one = parseWasm(assemble(`(module (func (export "call_one") (param i32) (result i32) (local.get 0)))`));
	const other = { ...one, exports: [{ name: "call_other", kind: "func" as const, index: 0 }] };
	const parts = [
		{ name: "env", module: env },
		{ name: "one", module: one, metered: true },
		{ name: "other", module: other, metered: true },
	];
	const checks = [{ of: { part: "one", name: "call_one" }, parameter: 0, by: { part: "env", name: "check" } }];
	const wasm = joinWasm({ parts, stays: (name) => name.startsWith("call_"), meter, checks });
	const said: number[] = [];
	const imports = { env: { say: (value: number) => said.push(value) } };
	const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm), imports);
	for (const [value, name] of [
		[1, "call_one"],
		[2, "call_other"],
	] as const) {
		const call = exports[name];
		assert.ok(typeof call === "function");
		assert.equal(call(value), value);
	}
	assert.deepEqual(said, [1]);
});

test("finds the functions that a module names", () => {
	const module = binaryen.parseText('(module (func $one (export "a")) (func $two (export "b")))');
	binaryen.setDebugInfo(true);
	const named = module.emitBinary();
	binaryen.setDebugInfo(false);
	const names = functionNames(named);
	assert.deepEqual([...names], [[0, "one"], [1, "two"]]); // biome-ignore format: a row
	assert.equal(functionNames(module.emitBinary()).size, 0);
});

test("drops functions that nothing calls, and gives the same bytes again", () => {
	const text = (more: string) => `(module (func (export "call_it") (result i32) (i32.const 1)) ${more})`;
	const dead = text(`(func (export "dead") (result i32) (i32.const 123456789))`);
	assert.deepEqual(join({ one: dead }).wasm, join({ one: text("") }).wasm);
	assert.deepEqual(join({ one: dead }).wasm, join({ one: dead }).wasm);
});

test("refuses what it does not know, and what is cut off", () => {
	const vector = `(module (func (export "call_it") (result i32) (i32x4.extract_lane 0 (v128.const i32x4 1 2 3 4))))`;
	assert.throws(() => join({ one: vector }), /^Error: the WebAssembly module has an instruction not known here: 253$/);
	const whole = assemble('(module (func (export "call_it")))');
	for (const size of [9, whole.length - 1]) {
		assert.throws(() => parseWasm(whole.subarray(0, size)), /^Error: the WebAssembly module is cut off$/);
	}
});

test("finds a custom section by its name", () => {
	const module = Uint8Array.of(...assemble("(module)"), 0, 4, 2, 0x61, 0x62, 7);
	assert.deepEqual(customSection(module, "ab"), Uint8Array.of(7));
	assert.equal(customSection(module, "abc"), undefined);
});
