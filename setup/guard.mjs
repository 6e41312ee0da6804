/*
 * The guard: a small module, linked in front of the filter, whose exports stand between Envoy and the filter's
 * callbacks. A Wasm exception that leaves a callback (filters/host/guard.ts throws it for AssemblyScript's abort) is
 * caught there; a trap would end the VM and hang its paused streams. Legacy encoding (try/catch_all), which Envoy
 * 1.36 to 1.40 and every Node from 20 on run.
 */

/**
 * The callbacks in the order of `Callback` in filters/host/guard.ts: parameters, whether there is a result, what is
 * returned if on_callback_failed fails too, and which parameter is a call's token. `Continue` (0) is safe for a
 * request: it is not sealed then, and the RBAC filter behind this one refuses it. A connection is held (1).
 */
const callbacks = [
	{ name: "proxy_on_vm_start", params: 2, result: true, safe: 0 },
	{ name: "proxy_on_configure", params: 2, result: true, safe: 0 },
	{ name: "proxy_on_context_create", params: 2, result: false, safe: 0 },
	{ name: "proxy_on_request_headers", params: 3, result: true, safe: 0 },
	{ name: "proxy_on_request_body", params: 3, result: true, safe: 0 },
	{ name: "proxy_on_request_trailers", params: 2, result: true, safe: 0 },
	{ name: "proxy_on_response_headers", params: 3, result: true, safe: 0 },
	{ name: "proxy_on_response_body", params: 3, result: true, safe: 0 },
	{ name: "proxy_on_response_trailers", params: 2, result: true, safe: 0 },
	{ name: "proxy_on_log", params: 1, result: false, safe: 0 },
	{ name: "proxy_on_done", params: 1, result: true, safe: 1 },
	{ name: "proxy_on_delete", params: 1, result: false, safe: 0 },
	{ name: "proxy_on_tick", params: 1, result: false, safe: 0 },
	{ name: "proxy_on_grpc_receive", params: 3, result: false, safe: 0, token: 1 },
	{ name: "proxy_on_grpc_close", params: 3, result: false, safe: 0, token: 1 },
	{ name: "proxy_on_new_connection", params: 1, result: true, safe: 1 },
	{ name: "proxy_on_downstream_data", params: 3, result: true, safe: 1 },
];

/** What Envoy calls without a guard: nothing in them can fail, or a failure has to stay one. */
const unguarded = ["proxy_abi_version_0_2_1", "malloc", "memory", "_initialize"];

/**
 * Splits a filter's exports into the callbacks to guard and the names that stay as they are.
 *
 * @param {string[]} exported
 * @param {readonly string[]} keep names that stay beside the ABI's; "*" for all.
 * @throws for a callback that has no line in the table.
 */
export function sortExports(exported, keep) {
	const guarded = callbacks.filter(({ name }) => exported.includes(name));
	const known = new Set([...guarded.map(({ name }) => name), ...unguarded]);
	const unknown = exported.filter((name) => name.startsWith("proxy_") && !known.has(name));
	if (unknown.length > 0) throw new Error(`no guard for the callback ${unknown.join(", ")}: add it to setup/guard.mjs`);
	return { guarded, stay: new Set([...known, ...(keep.includes("*") ? exported : keep)]) };
}

/**
 * The guard's text.
 *
 * @param {typeof callbacks} guarded
 * @param {boolean} answers whether the filter exports on_callback_failed.
 */
export function guardText(guarded, answers) {
	return `(module
	(import "filter" "saveStack" (func $saveStack (result i32)))
	(import "filter" "restoreStack" (func $restoreStack (param i32)))
	${answers ? '(import "filter" "on_callback_failed" (func $failed (param i32 i32 i32) (result i32)))' : ""}
	${guarded.map(importLine).join("\n\t")}
	(tag $abort)
	(func (export "throw") (throw $abort))
	(func $answer (param $callback i32) (param $context i32) (param $token i32) (param $safe i32) (result i32)
		(local $stack i32)
		(local.set $stack (call $saveStack))
		${answers ? answerText : "(local.get $safe)"})
	${guarded.map(wrapperText).join("\n\t")})
`;
}

const answerText = `(try (result i32)
			(do (call $failed (local.get $callback) (local.get $context) (local.get $token)))
			(catch_all (call $restoreStack (local.get $stack)) (local.get $safe)))`;

/** @param {typeof callbacks[number]} callback */
function importLine(callback) {
	return `(import "filter" "${callback.name}" (func $${callback.name} ${signature(callback)}))`;
}

/** @param {typeof callbacks[number]} callback */
function wrapperText(callback) {
	const { name, params, result, safe, token } = callback;
	const args = Array.from({ length: params }, (_, i) => `(local.get ${i})`).join(" ");
	const number = callbacks.indexOf(callback);
	const answer = `(call $answer (i32.const ${number}) (local.get 0) ${
		token === undefined ? "(i32.const 0)" : `(local.get ${token})`
	} (i32.const ${safe}))`;
	return `(func (export "${name}") ${signature(callback)}
		(local $stack i32)
		(local.set $stack (call $saveStack))
		(try ${result ? "(result i32)" : ""}
			(do (call $${name} ${args}))
			(catch_all (call $restoreStack (local.get $stack)) ${result ? answer : `(drop ${answer})`})))`;
}

/** @param {typeof callbacks[number]} callback */
function signature({ params, result }) {
	return `(param${" i32".repeat(params)})${result ? " (result i32)" : ""}`;
}
