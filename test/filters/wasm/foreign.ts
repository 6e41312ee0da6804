// Calls the foreign function x-function with the bytes that x-arguments has in hexadecimal, and answers the request with
// the call's status and, in hexadecimal, its result.
import { callForeign } from "../../../filters/host/foreign";
import { HeaderList } from "../../../filters/host/header-list";
import { HeaderMap, HeaderPairs } from "../../../filters/host/headers";
import { HostBytes } from "../../../filters/host/memory";
import { NO_GRPC_STATUS, sendLocalResponse } from "../../../filters/host/stream";
import { Bytes } from "../../../filters/wire/bytes";
import { writeJsonInt } from "../../../filters/wire/json-writer";
import { Slice } from "../../../filters/wire/slice";

export { malloc } from "../../../filters/host/memory";

const FUNCTION = Slice.of("x-function");
const ARGUMENTS = Slice.of("x-arguments");
const DETAILS = Slice.of("foreign");
const headers = new HeaderPairs();
const args = new Bytes(1024, 1 << 16);
const name = new Slice();
const result = new HostBytes();
const body = new Bytes(1024, 1 << 16);
const none = new HeaderList();

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_request_headers(_id: u32, _count: u32, _end: u32): i32 {
	headers.read(HeaderMap.Request);
	const named = headers.find(FUNCTION);
	const given = headers.find(ARGUMENTS);
	if (named < 0 || given < 0) return 0;
	name.set(headers.valuePtr(named), headers.valueSize(named));
	readHex(headers.valuePtr(given), headers.valueSize(given));
	answer(callForeign(name, args.ptr, args.size, result));
	headers.free();
	sendLocalResponse(200, DETAILS, body.ptr, body.size, none, NO_GRPC_STATUS);
	return 1;
}

function readHex(ptr: usize, size: i32): void {
	args.reset();
	for (let i = 0; i + 1 < size; i += 2) args.byte((digit(load<u8>(ptr + i)) << 4) | digit(load<u8>(ptr + i, 1)));
}

function digit(byte: u32): u32 {
	return byte < 0x40 ? byte - 0x30 : (byte | 0x20) - 0x57;
}

function answer(status: i32): void {
	body.reset();
	writeJsonInt(body, status);
	body.byte(0x20);
	for (let i = 0; i < result.size; i++) {
		const byte: u32 = load<u8>(result.ptr + i);
		body.byte(hexDigit(byte >> 4));
		body.byte(hexDigit(byte & 15));
	}
	result.free();
}

function hexDigit(value: u32): u32 {
	return value < 10 ? 0x30 + value : 0x57 + value;
}
