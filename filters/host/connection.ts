import * as host from "@solo-io/proxy-runtime/assembly/imports";
import { IntCell, PropertyPath, readInt } from "./properties";
import { Status } from "./status";

/** WasmStreamType Downstream of proxy-wasm. */
const DOWNSTREAM: i32 = 2;
/** For a connection these are the bytes from and to the client, as Envoy counts them. */
const RECEIVED = PropertyPath.of("request.size");
const SENT = PropertyPath.of("response.size");

const cell = new IntCell();

/** FilterStatus of network filters: what proxy_on_new_connection and proxy_on_downstream_data answer. */
export enum ConnectionFlow {
	Continue = 0,
	/** The filters behind hear of nothing; bytes stay in Envoy's buffer and are shown again with those that follow. */
	Stop = 1,
}

/** Lets the selected connection that was stopped go on, with what Envoy holds of it. */
export function continueConnection(): Status {
	return host.proxy_continue_stream(DOWNSTREAM);
}

/** Closes the selected connection towards the client, once this callback is over. */
export function closeConnection(): Status {
	return host.proxy_close_stream(DOWNSTREAM);
}

/** Bytes that came from the selected connection's client, those counted twice that a stop made Envoy read again. */
export function receivedBytes(): i64 {
	return readInt(RECEIVED, cell) == Status.Ok ? cell.value : 0;
}

/** Bytes that the selected connection's client was sent. */
export function sentBytes(): i64 {
	return readInt(SENT, cell) == Status.Ok ? cell.value : 0;
}
