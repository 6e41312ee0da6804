import { Callback } from "../../../filters/host/guard";
import { HeaderList } from "../../../filters/host/header-list";
import { logInfo } from "../../../filters/host/log";
import { IntCell, PropertyPath, readInt } from "../../../filters/host/properties";
import { NO_GRPC_STATUS, selectStream, sendLocalResponse } from "../../../filters/host/stream";
import { Slice } from "../../../filters/wire/slice";

export { malloc } from "../../../filters/host/memory";

/* A filter that fails on demand: the property `deed` says how. test/filters/host/guard.test.ts runs it. */

enum Deed {
	Nothing = 0,
	Assert = 1,
	OutOfRange = 2,
	Throw = 3,
	/** Fails with managed values held across calls, which leaves AssemblyScript's shadow stack where it was. */
	DeepAssert = 4,
	/** Fails, and its answer to the failure does as well. */
	FailTwice = 5,
	/** Calls itself until AssemblyScript's shadow stack is used up. */
	Overflow = 6,
	LongMessage = 7,
}

const deedPath = PropertyPath.of("deed");
const deed = new IntCell();
const headers = new HeaderList();
const details = Slice.of("failed");

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_vm_start(_root: u32, _size: u32): i32 {
	return 1;
}

export function proxy_on_configure(_root: u32, size: u32): i32 {
	assert(size != 7, "seven is a bad size");
	logInfo("configured");
	return 1;
}

export function proxy_on_context_create(_id: u32, _root: u32): void {}

export function proxy_on_request_headers(id: u32, _count: u32, _end: u32): i32 {
	deed.value = Deed.Nothing;
	readInt(deedPath, deed);
	switch (<i32>deed.value) {
		case Deed.Assert:
			assert(id == 0, "asked to");
			break;
		case Deed.OutOfRange: {
			const list = new StaticArray<i32>(2);
			return list[id + 2];
		}
		case Deed.Throw:
			throw new Error("thrown");
		case Deed.DeepAssert:
		case Deed.FailTwice:
			return deep([id], 20);
		case Deed.Overflow:
			return deep([id], i32.MAX_VALUE);
		case Deed.LongMessage:
			assert(id == 0, "é".repeat(2000));
	}
	return 0;
}

export function proxy_on_tick(root: u32): void {
	assert(root == 0);
}

export function proxy_on_done(id: u32): i32 {
	assert(id != 1 || deed.value != Deed.FailTwice);
	return 0;
}

export function proxy_on_grpc_close(_root: u32, token: u32, _status: u32): void {
	assert(token == 0);
}

export function on_callback_failed(callback: i32, contextId: u32, token: u32): i32 {
	if (<i32>deed.value == Deed.FailTwice) deep([contextId], 20);
	if (callback != Callback.RequestHeaders) {
		logInfo(`callback ${callback} context ${contextId} token ${token}`);
		return 0;
	}
	selectStream(contextId);
	sendLocalResponse(503, details, 0, 0, headers, NO_GRPC_STATUS);
	return 1;
}

function deep(held: Array<u32>, levels: i32): i32 {
	if (levels == 0) {
		assert(held.length == 0);
		return 0;
	}
	const more = held.concat([levels]);
	const result = deep(more, levels - 1);
	return result + more.length + held.length;
}
