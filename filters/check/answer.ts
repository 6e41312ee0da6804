import { knownStream } from "../contexts";
import { HostBytes } from "../host/memory";
import { Plugin } from "../plugin";
import { Slice } from "../wire/slice";

const message = new Slice();

/** Tells everyone who waited for a call what the Mixer answered; null: nothing that can be used. */
export function answer(plugin: Plugin, token: u32, bytes: HostBytes | null): void {
	let isFirst = true;
	for (let id = plugin.pending.take(token); id != 0; id = plugin.pending.take(token)) {
		let stream = knownStream(id);
		if (stream === null) continue;
		plugin.answering = stream;
		// Opened anew for each stream, since reading the decisions moves on.
		let opened = bytes !== null && plugin.response.open(bytes.ptr, bytes.size);
		if (bytes !== null) message.set(bytes.ptr, bytes.size);
		stream.answered(token, opened ? plugin.response : null, isFirst ? message : null);
		isFirst = false;
	}
	plugin.answering = null;
}

/** Telling one of them failed: that one and all who still wait are answered 503. */
export function answerFailed(plugin: Plugin, token: u32): void {
	let failed = plugin.answering;
	plugin.answering = null;
	if (failed !== null) failed.callbackFailed();
	for (let id = plugin.pending.take(token); id != 0; id = plugin.pending.take(token)) {
		let stream = knownStream(id);
		if (stream !== null) stream.callbackFailed();
	}
}
