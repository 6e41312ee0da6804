/*
 * What the linker puts between the filter and the policy (mixer/policy/link/glue.ts). A module without a policy has
 * them too: policy_present is 0 there, and nothing else is called. Every policy_* below that can fail answers a
 * `Failure`, or throws the exception that `policy_evaluate` catches.
 */

/** 1 where a policy is linked in. */
@external("env", "policy_present")
export declare function policy_present(): i32;

/** Parses the data document; to be called once, before anything else. */
@external("env", "policy_load")
export declare function policy_load(ptr: usize, size: i32): i32;

/** Evaluates an entrypoint over an input, contained: neither an abort nor running out of fuel leaves it. */
@external("env", "policy_evaluate")
export declare function policy_evaluate(entrypoint: i32, ptr: usize, size: i32, fuel: i64): i32;

/** What is left of the fuel of the last evaluation; negative where it ran out. */
@external("env", "policy_fuel_left")
export declare function policy_fuel_left(): i64;

/** Pages of the policy's memory, which never shrinks. */
@external("env", "policy_pages")
export declare function policy_pages(): i32;

/** The result of the last evaluation, the message of the last abort, OPA's tables: NUL-terminated, in policy memory. */
@external("env", "policy_result")
export declare function policy_result(): i32;

@external("env", "policy_abort_message")
export declare function policy_abort_message(): i32;

@external("env", "policy_builtins")
export declare function policy_builtins(): i32;

@external("env", "policy_entrypoints")
export declare function policy_entrypoints(): i32;

/** Bytes of a NUL-terminated text in policy memory. */
@external("env", "policy_text_size")
export declare function policy_text_size(at: i32): i32;

/** Copies from policy memory to the filter's. */
@external("env", "policy_copy_out")
export declare function policy_copy_out(to: usize, at: i32, size: i32): void;

/** An OPA value as text (JSON, and sets), in policy memory. Only within a built-in. */
@external("env", "policy_dump_value")
export declare function policy_dump_value(value: i32): i32;

/** An OPA value from such text. Only within a built-in. */
@external("env", "policy_parse_value")
export declare function policy_parse_value(ptr: usize, size: i32): i32;

/** Ends the evaluation with a failure. Only within a built-in; does not return. */
@external("env", "policy_fail")
export declare function policy_fail(failure: i32): void;
