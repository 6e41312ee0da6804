import { knownStream } from "../contexts";
import { HostBytes } from "../host/memory";
import { Plugin } from "../plugin";
import { knownConnection } from "../tcp/connections";
import { Slice } from "../wire/slice";
import { CheckResponse } from "./check-response";

const message = new Slice();

/** Tells everyone who waited for a call what the Mixer answered; null: nothing that can be used. */
export function answer(plugin: Plugin, token: u32, bytes: HostBytes | null): void {
	let isFirst = true;
	for (let id = plugin.pending.take(token); id != 0; id = plugin.pending.take(token)) {
		plugin.answering = id;
		// Opened anew for each stream, since reading the decisions moves on.
		let opened = bytes !== null && plugin.response.open(bytes.ptr, bytes.size);
		if (bytes !== null) message.set(bytes.ptr, bytes.size);
		tell(id, token, opened ? plugin.response : null, isFirst ? message : null);
		isFirst = false;
	}
	plugin.answering = 0;
}

/** Telling one of them failed: that one and all who still wait are answered 503, or closed. */
export function answerFailed(plugin: Plugin, token: u32): void {
	let failed = plugin.answering;
	plugin.answering = 0;
	if (failed != 0) fail(failed);
	for (let id = plugin.pending.take(token); id != 0; id = plugin.pending.take(token)) fail(id);
}

function tell(id: u32, token: u32, response: CheckResponse | null, bytes: Slice | null): void {
	let stream = knownStream(id);
	if (stream !== null) return stream.answered(token, response, bytes);
	let connection = knownConnection(id);
	if (connection !== null) connection.answered(token, response, bytes);
}

function fail(id: u32): void {
	let stream = knownStream(id);
	let connection = knownConnection(id);
	if (stream !== null) stream.callbackFailed();
	else if (connection !== null) connection.callbackFailed();
}
