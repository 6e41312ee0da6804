import { verifySignature } from "../../mixer/policy/link/verify-signature.ts";
import type { FakeHost } from "./fake-host.ts";
import { result } from "./fake-host-functions.ts";
import { FakeGrpcCall } from "./fake-host-grpc.ts";
import { HeaderTable } from "./fake-host-pairs.ts";

/** WasmStreamType Downstream of the ABI: a connection. */
const DOWNSTREAM = 2;

/** The functions of the ABI that act on streams, make calls, share data and count. */
export function actingFunctions(host: FakeHost) {
	return {
		...streamFunctions(host),
		...grpcFunctions(host),
		...sharedFunctions(host),
		...metricFunctions(host),
		...foreignFunctions(host),
	};
}

function streamFunctions(host: FakeHost) {
	const text = (ptr: number, size: number) => host.module.readText(ptr, size);
	return {
		proxy_set_effective_context(id: number) {
			if (!host.contexts.has(id)) return result.badArgument;
			host.contexts.effective = id;
			return result.ok;
		},
		/** On the root context it answers Ok and does nothing, as Envoy's does. */
		proxy_continue_stream(type: number) {
			const stream = host.contexts.stream();
			if (stream !== undefined && type === 0) host.contexts.defer(() => host.contexts.resume(stream));
			if (stream !== undefined && type === DOWNSTREAM) host.contexts.defer(() => stream.connection?.goOn());
			return result.ok;
		},
		proxy_close_stream(type: number) {
			const stream = host.contexts.stream();
			if (stream !== undefined && type === DOWNSTREAM) host.contexts.defer(() => stream.connection?.close());
			return result.ok;
		},
		proxy_send_local_response(
			status: number,
			details: number,
			detailsSize: number,
			body: number,
			bodySize: number,
			pairs: number,
			pairsSize: number,
			grpcStatus: number,
		) {
			const stream = host.contexts.stream();
			if (stream === undefined) return result.ok;
			const response = {
				status,
				details: text(details, detailsSize),
				body: host.module.read(body, bodySize),
				headers: HeaderTable.parse(host.module.read(pairs, pairsSize)),
				grpcStatus: grpcStatus | 0,
			};
			host.contexts.defer(() => host.contexts.replyLocally(stream, response));
			return result.ok;
		},
	};
}

function grpcFunctions(host: FakeHost) {
	return {
		proxy_grpc_call(...args: number[]) {
			const [target, service, method, metadata, request] = pairsOf(args).map(([ptr, size]) =>
				host.module.read(ptr, size),
			);
			const [timeoutMs = 0, tokenPtr = 0] = args.slice(10);
			if (host.grpc.refuseWith !== undefined) return host.grpc.refuseWith;
			HeaderTable.parse(metadata ?? new Uint8Array());
			const token = host.grpc.calls.length + 1;
			const fields = {
				token,
				target: target ?? new Uint8Array(),
				service: Buffer.from(service ?? []).toString(),
				method: Buffer.from(method ?? []).toString(),
				request: request ?? new Uint8Array(),
				timeoutMs,
				deadlineNs: host.timers.after(timeoutMs),
			};
			host.grpc.calls.push(new FakeGrpcCall(fields, host));
			host.module.writeU32(tokenPtr, token);
			return result.ok;
		},
		proxy_grpc_cancel(token: number) {
			const call = host.grpc.find(token);
			if (call === undefined || call.state !== "pending") return result.notFound;
			call.cancel();
			return result.ok;
		},
	};
}

/** The first ten arguments of a call: five places with their sizes. */
function pairsOf(args: readonly number[]): [number, number][] {
	return [0, 2, 4, 6, 8].map((at) => [args[at] ?? 0, args[at + 1] ?? 0]);
}

function sharedFunctions(host: FakeHost) {
	return {
		proxy_get_shared_data(key: number, keySize: number, ptrPtr: number, sizePtr: number, casPtr: number) {
			const entry = host.sharedData.get(host.module.readText(key, keySize));
			if (entry === undefined) return result.notFound;
			host.module.handOver(entry.value, ptrPtr, sizePtr);
			host.module.writeU32(casPtr, entry.cas);
			return result.ok;
		},
		proxy_set_shared_data(key: number, keySize: number, value: number, size: number, cas: number) {
			const written = host.sharedData.set(host.module.readText(key, keySize), host.module.read(value, size), cas >>> 0);
			return written ? result.ok : result.casMismatch;
		},
	};
}

function metricFunctions(host: FakeHost) {
	return {
		proxy_define_metric(type: number, name: number, nameSize: number, idPtr: number) {
			host.module.writeU32(idPtr, host.metrics.define(type, host.module.readText(name, nameSize)));
			return result.ok;
		},
		proxy_increment_metric(id: number, by: bigint) {
			return host.metrics.increment(id, by) ? result.ok : result.badArgument;
		},
		proxy_record_metric(id: number, value: bigint) {
			return host.metrics.record(id, BigInt.asUintN(64, value)) ? result.ok : result.badArgument;
		},
		proxy_get_metric(id: number, out: number) {
			const value = host.metrics.valueOf(id);
			if (value === undefined) return result.badArgument;
			host.module.writeU64(out, value);
			return result.ok;
		},
	};
}

function foreignFunctions(host: FakeHost) {
	return {
		proxy_call_foreign_function(
			name: number,
			nameSize: number,
			at: number,
			size: number,
			ptrPtr: number,
			sizePtr: number,
		) {
			if (host.module.readText(name, nameSize) !== "verify_signature") return result.notFound;
			const answer = verifySignature(host.module.read(at, size));
			if (answer === undefined) return result.badArgument;
			host.module.handOver(answer, ptrPtr, sizePtr);
			return result.ok;
		},
	};
}
