// @ts-nocheck
/* The filter that does nothing: every callback that Sluice's filter has, and no work. What is left is Envoy's own cost. */

export function proxy_abi_version_0_2_1(): void {}

export function malloc(size: i32): usize {
	return heap.alloc(size);
}

export function proxy_on_vm_start(_root: u32, _size: u32): u32 {
	return 1;
}

export function proxy_on_configure(_root: u32, _size: u32): u32 {
	return 1;
}

export function proxy_on_context_create(_id: u32, _root: u32): void {}

export function proxy_on_request_headers(_id: u32, _count: u32, _endOfStream: u32): i32 {
	return 0;
}

export function proxy_on_response_headers(_id: u32, _count: u32, _endOfStream: u32): i32 {
	return 0;
}

export function proxy_on_log(_id: u32): void {}

export function proxy_on_done(_id: u32): u32 {
	return 1;
}

export function proxy_on_delete(_id: u32): void {}
