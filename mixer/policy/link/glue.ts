import { CHECKED_ANSWER } from "./module-checks.ts";
import { DIGITS_OFFSET, MAX_EXPONENT_DIGITS, MAX_NUMBER_CHARACTERS } from "./number-checks.ts";

/** Failures that policy_evaluate answers; filters/policy/linked/linked-policy.ts names them. */
const ABORTED = 1;
const OUT_OF_FUEL = 2;
const OUT_OF_MEMORY = 3;
const NUMBER_TOO_LONG = 6;

/** What the filter is asked to check; filters/policy/linked/module-check.ts names them. */
const CHECKS = { divisor: 0, modulus: 1, base64: 2, base64url: 3, base64Validity: 4, json: 5 } as const;

/** An opa_value's type, in its first byte, and a number's representation, in its second. */
const OPA_NUMBER = 3;
const OPA_NUMBER_IS_INT = 1;

/**
 * Bytes of the stack for the policy's functions inside one another, as the linker estimates their frames. V8 gives a
 * thread 984 KiB; where they end, the VM ends, and nothing catches it. JSON nested 1,000 deep takes 520,000.
 */
const MAX_STACK_BYTES = 650_000;

/** More fuel than any work takes: for the module's own start and for reading the data. */
export const ENDLESS = "9223372036854775807";

/** What the glue gives the filter in a module that has no policy: it is never asked for more than the first. */
const exportsOfGlue: readonly (readonly [name: string, params: string, result: string])[] = [
	["policy_load", "i32 i32", "i32"],
	["policy_evaluate", "i32 i32 i32 i64", "i32"],
	["policy_fuel_left", "", "i64"],
	["policy_pages", "", "i32"],
	["policy_result", "", "i32"],
	["policy_abort_message", "", "i32"],
	["policy_builtins", "", "i32"],
	["policy_entrypoints", "", "i32"],
	["policy_text_size", "i32", "i32"],
	["policy_copy_out", "i32 i32 i32", ""],
	["policy_dump_value", "i32", "i32"],
	["policy_parse_value", "i32 i32", "i32"],
	["policy_fail", "i32", ""],
];

/** The glue of a filter without a policy, in WebAssembly's text format. */
export function emptyGlue(): string {
	const functions = exportsOfGlue.map(([name, params, result]) => {
		const signature = `${params && `(param ${params})`} ${result && `(result ${result})`}`;
		return `(func (export "${name}") ${signature} unreachable)`;
	});
	return `(module (func (export "policy_present") (result i32) (i32.const 0)) ${functions.join(" ")})`;
}

/**
 * The glue between the filter and a policy, each with a memory of its own: neither heap can grow into the other.
 *
 * An evaluation is contained. OPA's aborts and what runs out are thrown as a Wasm exception and caught around the
 * evaluation, where both stack pointers are put back: OPA's (else out of bounds after some 500 aborts) and
 * AssemblyScript's, for a throw that crossed a built-in. `spend_fuel` is called by every function of the policy and
 * every round of its loops (link.ts), a unit each; `check_number` is told the text of every number that OPA
 * takes in to calculate, `check_factor` each number that it multiplies, the other checks what module-checks.ts names.
 * The memory's bound, which is set when a policy is linked in, makes growth beyond it an abort.
 */
export function policyGlue(): string {
	return `(module
	(import "filter" "memory" (memory $filter 0))
	(import "filter" "saveStack" (func $saveStack (result i32)))
	(import "filter" "restoreStack" (func $restoreStack (param i32)))
	(import "filter" "policyBuiltin" (func $builtin (param i32 i32 i32 i32 i32 i32) (result i32)))
	(import "filter" "policyCheck" (func $check (param i32 i32) (result i32)))
	(import "filter" "policyCheckAnswer" (func $checkAnswer (result i32)))
	(import "opa" "opa_eval" (func $opa_eval (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
	(import "opa" "opa_malloc" (func $opa_malloc (param i32) (result i32)))
	(import "opa" "opa_json_parse" (func $opa_json_parse (param i32 i32) (result i32)))
	(import "opa" "opa_json_dump" (func $opa_json_dump (param i32) (result i32)))
	(import "opa" "opa_value_parse" (func $opa_value_parse (param i32 i32) (result i32)))
	(import "opa" "opa_value_dump" (func $opa_value_dump (param i32) (result i32)))
	(import "opa" "opa_heap_ptr_get" (func $opa_heap_ptr_get (result i32)))
	(import "opa" "builtins" (func $opa_builtins (result i32)))
	(import "opa" "entrypoints" (func $opa_entrypoints (result i32)))
	(import "opa" "__sp" (global $sp (mut i32)))
	(memory $policy 2 2)
	(global $fuel (export "fuel") (mut i64) (i64.const ${ENDLESS}))
	(global $depth (export "depth") (mut i32) (i32.const 0))
	(global $failure (mut i32) (i32.const 0))
	(global $message (mut i32) (i32.const 0))
	(global $data (mut i32) (i32.const 0))
	(global $heap (mut i32) (i32.const 0))
	(global $builtinTable (mut i32) (i32.const 0))
	(global $entrypointTable (mut i32) (i32.const 0))
	(global $result (mut i32) (i32.const 0))
	(tag $stop)
	(export "memory" (memory $policy))
	(func $fail (export "policy_fail") (param $failure i32)
		(global.set $failure (local.get $failure))
		(throw $stop))
	(func (export "opa_abort") (param $message i32)
		(global.set $message (local.get $message))
		(call $fail (i32.const ${ABORTED})))
	(func (export "enter_function") (param $bytes i32)
		(global.set $depth (i32.add (global.get $depth) (local.get $bytes)))
		(if (i32.gt_u (global.get $depth) (i32.const ${MAX_STACK_BYTES})) (then (call $fail (i32.const ${OUT_OF_MEMORY}))))
		(call $spend))
	(func (export "leave_function") (param $bytes i32)
		(global.set $depth (i32.sub (global.get $depth) (local.get $bytes))))
	(func $spend (export "spend_fuel")
		(global.set $fuel (i64.sub (global.get $fuel) (i64.const 1)))
		(if (i64.lt_s (global.get $fuel) (i64.const 0)) (then (call $fail (i32.const ${OUT_OF_FUEL})))))
	(func (export "check_factor") (param $number i32)
		(if (i32.gt_s (i32.load $policy offset=${DIGITS_OFFSET} (local.get $number)) (i32.const ${MAX_NUMBER_CHARACTERS}))
			(then (call $fail (i32.const ${NUMBER_TOO_LONG})))))
	(func (export "check_number") (param $text i32)
		(local $size i32) (local $exponent i32) (local $byte i32)
		(block $done (loop $next
			(local.set $byte (i32.load8_u $policy (i32.add (local.get $text) (local.get $size))))
			(br_if $done (i32.eqz (local.get $byte)))
			(local.set $size (i32.add (local.get $size) (i32.const 1)))
			(if (local.get $exponent)
				(then (local.set $exponent (i32.add (local.get $exponent) (i32.ge_u (local.get $byte) (i32.const 0x30)))))
				(else (local.set $exponent (i32.eq (i32.or (local.get $byte) (i32.const 0x20)) (i32.const 0x65)))))
			(br_if $next (i32.and
				(i32.le_u (local.get $size) (i32.const ${MAX_NUMBER_CHARACTERS}))
				(i32.le_u (local.get $exponent) (i32.const ${MAX_EXPONENT_DIGITS + 1}))))
			(call $fail (i32.const ${NUMBER_TOO_LONG})))))
	${divisorCheck("check_divisor", CHECKS.divisor)}
	${divisorCheck("check_modulus", CHECKS.modulus)}
	${answeringCheck("check_base64", CHECKS.base64)}
	${answeringCheck("check_base64url", CHECKS.base64url)}
	${answeringCheck("check_base64_validity", CHECKS.base64Validity)}
	${answeringCheck("check_json", CHECKS.json)}
	(func (export "${CHECKED_ANSWER}") (result i32) (call $checkAnswer))
	(func $reserve (param $bytes i32)
		(local $pages i32)
		(local.set $pages (i32.sub
			(i32.shr_u (i32.add (i32.add (global.get $heap) (local.get $bytes)) (i32.const 65535)) (i32.const 16))
			(memory.size $policy)))
		(if (i32.gt_s (local.get $pages) (i32.const 0)) (then
			(if (i32.eq (memory.grow $policy (local.get $pages)) (i32.const -1))
				(then (call $fail (i32.const ${OUT_OF_MEMORY})))))))
	(func $load (param $ptr i32) (param $size i32)
		(local $at i32)
		(local.set $at (call $opa_malloc (local.get $size)))
		(memory.copy $policy $filter (local.get $at) (local.get $ptr) (local.get $size))
		(global.set $data (call $opa_json_parse (local.get $at) (local.get $size)))
		(if (i32.eqz (global.get $data)) (then (call $fail (i32.const ${ABORTED}))))
		(global.set $builtinTable (call $opa_json_dump (call $opa_builtins)))
		(global.set $entrypointTable (call $opa_json_dump (call $opa_entrypoints)))
		(global.set $heap (call $opa_heap_ptr_get)))
	(func $evaluate (param $entrypoint i32) (param $ptr i32) (param $size i32)
		(call $reserve (local.get $size))
		(memory.copy $policy $filter (global.get $heap) (local.get $ptr) (local.get $size))
		(global.set $result (call $opa_eval (i32.const 0) (local.get $entrypoint) (global.get $data) (global.get $heap)
			(local.get $size) (i32.add (global.get $heap) (local.get $size)) (i32.const 0))))
	${contained("policy_load", "(param $ptr i32) (param $size i32)", {
		fuel: `(i64.const ${ENDLESS})`,
		body: "(call $load (local.get $ptr) (local.get $size))",
	})}
	${contained("policy_evaluate", "(param $entrypoint i32) (param $ptr i32) (param $size i32) (param $units i64)", {
		fuel: "(local.get $units)",
		body: "(call $evaluate (local.get $entrypoint) (local.get $ptr) (local.get $size))",
	})}
	(func (export "policy_present") (result i32) (i32.const 1))
	(func (export "policy_fuel_left") (result i64) (global.get $fuel))
	(func (export "policy_pages") (result i32) (memory.size $policy))
	(func (export "policy_result") (result i32) (global.get $result))
	(func (export "policy_abort_message") (result i32) (global.get $message))
	(func (export "policy_builtins") (result i32) (global.get $builtinTable))
	(func (export "policy_entrypoints") (result i32) (global.get $entrypointTable))
	(func (export "policy_text_size") (param $at i32) (result i32)
		(local $end i32)
		(local.set $end (local.get $at))
		(block $done (loop $next
			(br_if $done (i32.eqz (i32.load8_u $policy (local.get $end))))
			(local.set $end (i32.add (local.get $end) (i32.const 1)))
			(br $next)))
		(i32.sub (local.get $end) (local.get $at)))
	(func (export "policy_copy_out") (param $to i32) (param $at i32) (param $size i32)
		(memory.copy $filter $policy (local.get $to) (local.get $at) (local.get $size)))
	(func (export "policy_dump_value") (param $value i32) (result i32) (call $opa_value_dump (local.get $value)))
	(func (export "policy_parse_value") (param $ptr i32) (param $size i32) (result i32)
		(local $at i32)
		(local.set $at (call $opa_malloc (local.get $size)))
		(memory.copy $policy $filter (local.get $at) (local.get $ptr) (local.get $size))
		(call $opa_value_parse (local.get $at) (local.get $size)))
	${[0, 1, 2, 3, 4].map(builtin).join("\n\t")})
`;
}

/** Only a divisor that can be 0 is worth the filter's time: a number of 64 bits says so itself, a longer one doesn't. */
function divisorCheck(name: string, check: number): string {
	return `(func (export "${name}") (param $value i32)
		(if (i32.eq (i32.load8_u $policy (local.get $value)) (i32.const ${OPA_NUMBER})) (then
			(if (if (result i32) (i32.eq (i32.load8_u $policy offset=1 (local.get $value)) (i32.const ${OPA_NUMBER_IS_INT}))
					(then (i64.eqz (i64.load $policy offset=8 (local.get $value))))
					(else (i32.const 1)))
				(then (drop (call $check (i32.const ${check}) (local.get $value))))))))`;
}

function answeringCheck(name: string, check: number): string {
	return `(func (export "${name}") (param i32) (result i32) (call $check (i32.const ${check}) (local.get 0)))`;
}

function contained(name: string, params: string, { fuel, body }: { fuel: string; body: string }): string {
	return `(func (export "${name}") ${params} (result i32)
		(local $stack i32) (local $savedSp i32)
		(local.set $stack (call $saveStack))
		(local.set $savedSp (global.get $sp))
		(global.set $fuel ${fuel})
		(global.set $depth (i32.const 0))
		(global.set $failure (i32.const 0))
		(global.set $message (i32.const 0))
		(try (do ${body}) (catch_all
			(call $restoreStack (local.get $stack))
			(global.set $sp (local.get $savedSp))
			(if (i32.eqz (global.get $failure)) (then (global.set $failure (i32.const ${ABORTED}))))))
		(global.get $failure))`;
}

/** opa_builtinN(id, context, values…): the filter's, with zeros for what N lacks. */
function builtin(count: number): string {
	const values = [0, 1, 2, 3].map((i) => (i < count ? `(local.get ${i + 2})` : "(i32.const 0)"));
	return `(func (export "opa_builtin${count}") (param i32 i32${" i32".repeat(count)}) (result i32)
		(call $builtin (local.get 0) (i32.const ${count}) ${values.join(" ")}))`;
}
