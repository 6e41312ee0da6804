/*
 * The entry: what Envoy calls, and where each call goes. A request: proxy_on_request_headers → stream.ts decides or
 * asks the Mixer (check/ask.ts) → proxy_on_grpc_receive → the answers combined (policy/combine.ts) → allowed, sealed
 * and continued, or denied (verdict/) → proxy_on_log → its record (report/reporter.ts). The record's way on, through the
 * Mixer to a backend, is in ARCHITECTURE.md. A connection, where this is Envoy's network filter with the root id
 * sluice.tcp: proxy_on_new_connection → tcp/connection.ts decides or asks, and reports. setup/build-filter.mjs wraps every
 * callback, so that a failed assertion ends in on_callback_failed and not in a hanging worker.
 */

import { answer, answerFailed } from "./check/answer";
import {
	contextCreated,
	contextDeleted,
	hadStream,
	knownStream,
	pluginOf,
	setPlugin,
	streamCount,
	streamOf,
} from "./contexts";
import { Flow } from "./host/body";
import { nowNs } from "./host/clock";
import { ConnectionFlow, closeConnection } from "./host/connection";
import { readGrpcMessage } from "./host/grpc";
import { Callback } from "./host/guard";
import { Status } from "./host/status";
import { configurePlugin } from "./plugin";
import { loadVmData } from "./policy/linked/vm-data";
import { allocated, allocateFailed, tellingFailed } from "./quota/answer";
import { beginConnection, connectionCount, connectionDeleted, hadConnection, knownConnection } from "./tcp/connections";

export { malloc } from "./host/memory";
export { policyBuiltin, strictBuiltinErrors } from "./policy/linked/builtin-call";
export { policyCheck, policyCheckAnswer } from "./policy/linked/module-check";

/** Answer of on_done: finished. With any other, Envoy would keep the VM for ever. */
const DONE: u32 = 1;

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_vm_start(root: u32, size: u32): u32 {
	return loadVmData() ? 1 : 0;
}

export function proxy_on_configure(root: u32, size: u32): u32 {
	let plugin = configurePlugin();
	if (plugin === null) return 0;
	setPlugin(root, plugin);
	return 1;
}

export function proxy_on_context_create(id: u32, root: u32): void {
	contextCreated(id, root);
}

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): i32 {
	let stream = streamOf(id);
	// Unsealed: the RBAC filter behind refuses it.
	return stream === null ? Flow.Continue : stream.requestHeaders(endOfStream != 0);
}

export function proxy_on_request_body(id: u32, size: u32, endOfStream: u32): i32 {
	let stream = knownStream(id);
	return stream === null ? Flow.Continue : stream.requestBody(size, endOfStream != 0);
}

export function proxy_on_request_trailers(id: u32, count: u32): i32 {
	let stream = knownStream(id);
	return stream === null ? Flow.Continue : stream.requestTrailers();
}

export function proxy_on_response_headers(id: u32, count: u32, endOfStream: u32): i32 {
	let stream = knownStream(id);
	if (stream !== null) stream.responseHeaders();
	return Flow.Continue;
}

export function proxy_on_new_connection(id: u32): i32 {
	let connection = beginConnection(id);
	if (connection !== null) return connection.accepted();
	closeConnection();
	return ConnectionFlow.Stop;
}

export function proxy_on_downstream_data(id: u32, size: u32, endOfStream: u32): i32 {
	let connection = knownConnection(id);
	return connection === null ? ConnectionFlow.Stop : connection.data(size);
}

export function proxy_on_log(id: u32): void {
	let stream = streamOf(id);
	if (stream !== null) return stream.log();
	let connection = knownConnection(id);
	if (connection !== null) connection.log();
}

export function proxy_on_done(id: u32): u32 {
	let plugin = pluginOf(id);
	if (plugin === null) return DONE;
	plugin.quotas.settlements.leave(nowNs());
	plugin.reporter.leave(nowNs());
	return DONE;
}

export function proxy_on_delete(id: u32): void {
	contextDeleted(id);
	connectionDeleted(id);
}

export function proxy_on_tick(root: u32): void {
	let plugin = pluginOf(root);
	if (plugin !== null) plugin.tick(nowNs(), streamCount() + connectionCount(), hadStream() || hadConnection());
}

export function proxy_on_grpc_receive(root: u32, token: u32, size: u32): void {
	let plugin = pluginOf(root);
	if (plugin === null || plugin.announcer.answered(token)) return;
	let now = nowNs();
	if (plugin.reporter.answered(token, size, now) || allocated(plugin.quotas, token, size, now)) return;
	let message = plugin.message;
	let read = readGrpcMessage(size, message) == Status.Ok;
	answer(plugin, token, read ? message : null);
	message.free();
}

export function proxy_on_grpc_close(root: u32, token: u32, code: u32): void {
	let plugin = pluginOf(root);
	if (plugin === null) return;
	let now = nowNs();
	if (plugin.announcer.failed(token, now) || plugin.reporter.failed(token, code, now)) return;
	if (allocateFailed(plugin.quotas, token, code, now)) return;
	answer(plugin, token, null);
}

/**
 * A callback of ours ended in a failed assertion. Its stream, if it had one, is answered 503; the next request is not
 * affected.
 *
 * @returns what the callback would have: for the host.
 */
export function on_callback_failed(callback: i32, context: u32, token: u32): i32 {
	switch (callback) {
		case Callback.RequestHeaders: {
			let stream = knownStream(context);
			return stream === null ? Flow.Continue : stream.callbackFailed();
		}
		case Callback.RequestBody:
		case Callback.RequestTrailers: {
			let stream = knownStream(context);
			if (stream === null || stream.callbackFailed() == Flow.Continue) return Flow.Continue;
			return callback == Callback.RequestBody ? Flow.StopAndDrop : Flow.StopAndBuffer;
		}
		case Callback.GrpcReceive:
		case Callback.GrpcClose: {
			let plugin = pluginOf(context);
			if (plugin === null) return Flow.Continue;
			tellingFailed(plugin.quotas);
			answerFailed(plugin, token);
			return Flow.Continue;
		}
		case Callback.NewConnection:
		case Callback.DownstreamData: {
			let connection = knownConnection(context);
			return connection === null ? ConnectionFlow.Stop : connection.callbackFailed();
		}
		case Callback.Done:
			return DONE;
		default:
			return Flow.Continue;
	}
}
