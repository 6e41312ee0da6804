import { sameIgnoringCase } from "../attributes/ascii";
import { Bag } from "../attributes/bag";
import { contentLength } from "../attributes/body/body-values";
import { findHeader } from "../attributes/headers";
import { HeaderPairs } from "../host/headers";
import { Slice } from "../wire/slice";

/** Whether what follows a request's headers is a body. */
export enum Tunnel {
	/** It is. */
	None = 0,
	/** It belongs to another protocol: CONNECT, or an upgrade such as a WebSocket's. */
	Open = 1,
	/** It is said to be both, so one service takes for a body what another doesn't. */
	Ambiguous = 2,
}

const METHOD: Slice = Slice.of(":method");
const CONNECT: Slice = Slice.of("connect");
const GET: Slice = Slice.of("get");
const UPGRADE: Slice = Slice.of("upgrade");
const CONNECTION: Slice = Slice.of("connection");
const TRANSFER_ENCODING: Slice = Slice.of("transfer-encoding");
const COMMA: u8 = 0x2c;

/** An upgrade with a body is none: only GET may ask for one here (RFC 6455, section 4.1), and without a body. */
export function tunnelOf(bag: Bag): Tunnel {
	let pairs = bag.requestHeaders;
	if (valueIs(pairs, METHOD, CONNECT)) return Tunnel.Open;
	if (findHeader(pairs, UPGRADE, 0) < 0 || !connectionSaysUpgrade(pairs)) return Tunnel.None;
	let hasBody = findHeader(pairs, TRANSFER_ENCODING, 0) >= 0 || contentLength(bag) > 0;
	return valueIs(pairs, METHOD, GET) && !hasBody ? Tunnel.Open : Tunnel.Ambiguous;
}

function valueIs(pairs: HeaderPairs, name: Slice, value: Slice): bool {
	let place = findHeader(pairs, name, 0);
	return place >= 0 && sameIgnoringCase(value, pairs.valuePtr(place), pairs.valueSize(place));
}

/** Whether one of the connection's options is upgrade. */
function connectionSaysUpgrade(pairs: HeaderPairs): bool {
	for (let i = findHeader(pairs, CONNECTION, 0); i >= 0; i = findHeader(pairs, CONNECTION, i + 1)) {
		let start = pairs.valuePtr(i);
		let end = start + pairs.valueSize(i);
		for (let at = start; at <= end; at++) {
			if (at < end && load<u8>(at) != COMMA) continue;
			if (isUpgrade(start, at)) return true;
			start = at + 1;
		}
	}
	return false;
}

function isUpgrade(start: usize, end: usize): bool {
	let from = start;
	let to = end;
	while (from < to && isBlank(load<u8>(from))) from++;
	while (to > from && isBlank(load<u8>(to - 1))) to--;
	return sameIgnoringCase(UPGRADE, from, <i32>(to - from));
}

function isBlank(byte: u32): bool {
	return byte == 0x20 || byte == 0x09;
}
