import { ENDLESS } from "./glue.ts";
import { regexCalls } from "./regex-glue-calls.ts";
import { regexValues } from "./regex-glue-values.ts";

/**
 * Patterns kept compiled. OPA keeps 100 and then drops one without looking whether it is the one it has just used, which
 * it goes on to use: so all are dropped before there are so many.
 */
const MOST_PATTERNS = 96;

/**
 * Bytes of the arena above which it is dropped. Compiled patterns take 5 to 80 KiB each, ten times that with a Unicode
 * class; the texts they are matched against make that grow, to 8 MiB each (RE2's own budget).
 */
const KEPT_BYTES = 8 * 1024 * 1024;

/** Room beside what is kept: RE2's budget for one more pattern, 8 MiB, and what compiling takes on the way. */
const COMPILING_BYTES = 12 * 1024 * 1024;

const PAGE_BYTES = 64 * 1024;

/**
 * Pages of the arena.
 *
 * @param firstPages what OPA's module starts with: it is there twice, as it runs and as it was when it started.
 * @param textPages what a policy's evaluation may use: no text that it has is longer, and two copies are made of it.
 */
export function arenaPages({ firstPages, textPages }: { firstPages: number; textPages: number }): number {
	return 2 * firstPages + (KEPT_BYTES + COMPILING_BYTES) / PAGE_BYTES + textPages;
}

/**
 * The glue between a policy and its regular expressions. These run in the arena: a second copy of OPA's module
 * (regex-arena.ts) with a memory, an allocator and a stack of its own, where they stay compiled from one evaluation to
 * the next; the policy's own heap starts anew each time. Values are copied in and out, so that nothing of the policy's
 * points into the arena or the other way round.
 *
 * The arena can always be dropped, and is, before the next use: when it holds too much, and when an evaluation ended
 * inside of it (an abort, no fuel, functions too deep inside one another). Everything then is as it was when the copy had
 * started. Its memory is all there from the beginning and does not grow.
 */
export function regexGlue(): string {
	return `(module
	(import "env" "memory" (memory $policy 0))
	(import "env" "opa_abort" (func $abort (param i32)))
	(import "env" "policy_text_size" (func $policySize (param i32) (result i32)))
	(import "env" "fuel" (global $fuel (mut i64)))
	(import "env" "depth" (global $depth (mut i32)))
	(import "opa" "opa_malloc" (func $policyMalloc (param i32) (result i32)))
	(import "opa" "opa_value_dump" (func $policyDump (param i32) (result i32)))
	(import "opa" "opa_value_parse" (func $policyParse (param i32 i32) (result i32)))
	(import "opa" "opa_boolean" (func $policyBoolean (param i32) (result i32)))
	(import "regex" "start" (func $start))
	(import "regex" "__sp" (global $sp (mut i32)))
	(import "regex" "opa_heap_ptr_get" (func $heapGet (result i32)))
	(import "regex" "opa_heap_ptr_set" (func $heapSet (param i32)))
	(import "regex" "opa_malloc" (func $malloc (param i32) (result i32)))
	(import "regex" "opa_free" (func $free (param i32)))
	(import "regex" "opa_value_free" (func $valueFree (param i32)))
	(import "regex" "opa_value_dump" (func $dump (param i32) (result i32)))
	(import "regex" "opa_value_parse" (func $parse (param i32 i32) (result i32)))
	(import "regex" "re2_init" (func $init (param i32 i32 i32)))
	(import "regex" "opa_regex_match" (func $match (param i32 i32) (result i32)))
	(import "regex" "opa_regex_is_valid" (func $isValid (param i32) (result i32)))
	(import "regex" "opa_regex_find_all_string_submatch" (func $findAll (param i32 i32 i32) (result i32)))
	(import "regex" "opa_glob_match" (func $globMatch (param i32 i32 i32) (result i32)))
	(memory $arena 1 1)
	(export "memory" (memory $arena))
	(global $started (mut i32) (i32.const 0))
	(global $inside (mut i32) (i32.const 0))
	(global $patterns (mut i32) (i32.const 0))
	(global $statics (mut i32) (i32.const 0))
	(global $asStarted (mut i32) (i32.const 0))
	(global $limit (mut i32) (i32.const 0))
	(global $drops (mut i32) (i32.const 0))
	(func (export "arena_drops") (result i32) (global.get $drops))
	(func (export "arena_bytes") (result i32) (i32.sub (call $heapGet) (global.get $statics)))
	${starting}
	${regexValues}
	${regexCalls})
`;
}

/** Below its statics OPA's module has its stack, which starts where they begin. */
const starting = `(func $startOnce
		(local $units i64) (local $deep i32) (local $size i32)
		(local.set $units (global.get $fuel))
		(local.set $deep (global.get $depth))
		(global.set $fuel (i64.const ${ENDLESS}))
		(global.set $depth (i32.const 0))
		(call $start)
		(global.set $statics (global.get $sp))
		(global.set $asStarted (i32.and (i32.add (call $heapGet) (i32.const 15)) (i32.const -16)))
		(local.set $size (i32.sub (global.get $asStarted) (global.get $statics)))
		(call $heapSet (i32.add (global.get $asStarted) (local.get $size)))
		(global.set $limit (i32.add (call $heapGet) (i32.const ${KEPT_BYTES})))
		(memory.copy $arena $arena (global.get $asStarted) (global.get $statics) (local.get $size))
		(global.set $fuel (local.get $units))
		(global.set $depth (local.get $deep))
		(global.set $started (i32.const 1)))
	(func $drop
		(memory.copy $arena $arena (global.get $statics) (global.get $asStarted)
			(i32.sub (global.get $asStarted) (global.get $statics)))
		(global.set $sp (global.get $statics))
		(global.set $patterns (i32.const 0))
		(global.set $drops (i32.add (global.get $drops) (i32.const 1))))
	(func $enter
		(if (i32.eqz (global.get $started)) (then (call $startOnce)))
		(if (i32.or (global.get $inside) (i32.or
				(i32.ge_u (global.get $patterns) (i32.const ${MOST_PATTERNS}))
				(i32.gt_u (call $heapGet) (global.get $limit))))
			(then (call $drop)))
		(global.set $inside (i32.const 1)))
	(func $leave (global.set $inside (i32.const 0)))`;
