import * as host from "@solo-io/proxy-runtime/assembly/imports";
import { Bytes } from "../wire/bytes";
import { beginMessage, endMessage, writeBytesField } from "../wire/protobuf-writer";
import { Slice } from "../wire/slice";
import { proxy_grpc_call } from "./abi";
import { readBuffer } from "./configuration";
import { HostBytes } from "./memory";
import { Status } from "./status";

/** BufferType GrpcReceiveBuffer of proxy-wasm. */
const GRPC_MESSAGE: i32 = 5;
/** Fields of envoy.config.core.v3.GrpcService and of its EnvoyGrpc. */
const ENVOY_GRPC: u32 = 1;
const CLUSTER_NAME: u32 = 1;

const tokenCell: usize = memory.data(4);
/** A pairs map without pairs. */
const noMetadata: usize = memory.data(4);

/**
 * Where a call goes. It is a serialized envoy.config.core.v3.GrpcService and never a bare name: Envoy tries to parse the
 * bytes as that message first, a name such as "mixer" parses by accident, and Envoy 1.40 aborts.
 */
@final
export class GrpcTarget {
	bytes: Bytes = new Bytes(64, 4096);

	/** @param cluster the name of a cluster in Envoy's configuration. */
	constructor(cluster: string) {
		const name = Slice.of(cluster);
		const mark = beginMessage(this.bytes, ENVOY_GRPC);
		writeBytesField(this.bytes, CLUSTER_NAME, name.ptr, name.size);
		endMessage(this.bytes, mark);
	}
}

/**
 * Starts a unary call; Ok means that the host took it and `lastGrpcToken` names it. Its answer arrives on the root
 * context as proxy_on_grpc_receive, anything else (the timeout too) as proxy_on_grpc_close, each at most once.
 */
export function callGrpc(
	target: GrpcTarget,
	service: Slice,
	method: Slice,
	requestPtr: usize,
	requestSize: i32,
	timeoutMs: u32,
): Status {
	const to = target.bytes;
	return <Status>(
		proxy_grpc_call(
			to.ptr,
			to.size,
			service.ptr,
			service.size,
			method.ptr,
			method.size,
			noMetadata,
			4,
			requestPtr,
			requestSize,
			timeoutMs,
			tokenCell,
		)
	);
}

/** What the last `callGrpc` that was Ok is called in the callbacks. */
export function lastGrpcToken(): u32 {
	return load<u32>(tokenCell);
}

/** Gives a call up: no callback comes for it any more. */
export function cancelGrpc(token: u32): Status {
	return host.proxy_grpc_cancel(token);
}

/** The message that arrived, within proxy_on_grpc_receive; `size` is the callback's parameter. */
export function readGrpcMessage(size: i32, out: HostBytes): Status {
	return readBuffer(GRPC_MESSAGE, size, out);
}
