import type { FakeHost } from "./fake-host.ts";
import type { HeaderTable } from "./fake-host-pairs.ts";
import { propertyBytes } from "./fake-host-stream.ts";

/** Results of the ABI (WasmResult) that the fake host gives. */
export const result = { ok: 0, notFound: 1, badArgument: 2, casMismatch: 8 } as const;

/** BufferTypes of the ABI. */
const REQUEST_BODY = 0;
const GRPC_MESSAGE = 5;
const VM_CONFIGURATION = 6;
const PLUGIN_CONFIGURATION = 7;

/** The functions of the ABI for the log, the clock, buffers, headers and properties; those for calls are beside. */
export function readingFunctions(host: FakeHost) {
	return { ...generalFunctions(host), ...headerFunctions(host), ...propertyFunctions(host) };
}

function generalFunctions(host: FakeHost) {
	return {
		proxy_log(level: number, ptr: number, size: number) {
			host.logs.push({ level, text: host.module.readText(ptr, size) });
			return result.ok;
		},
		proxy_get_current_time_nanoseconds(ptr: number) {
			host.module.writeU64(ptr, host.clockNs);
			return result.ok;
		},
		proxy_set_tick_period_milliseconds(ms: number) {
			host.timers.setTickPeriod(ms);
			return result.ok;
		},
		proxy_get_buffer_bytes(buffer: number, start: number, length: number, ptrPtr: number, sizePtr: number) {
			const bytes = bufferOf(host, buffer);
			if (bytes === undefined) return result.notFound;
			host.module.handOver(bytes.subarray(start, start + (length >>> 0)), ptrPtr, sizePtr);
			return result.ok;
		},
		proxy_get_status(codePtr: number, ptrPtr: number, sizePtr: number) {
			host.module.writeU32(codePtr, host.grpcStatus.code);
			host.module.handOver(new TextEncoder().encode(host.grpcStatus.message), ptrPtr, sizePtr);
			return result.ok;
		},
		proxy_done() {
			host.doneCalled = true;
			return result.ok;
		},
	};
}

function bufferOf(host: FakeHost, buffer: number): Uint8Array | undefined {
	if (buffer === REQUEST_BODY) return host.contexts.stream()?.body.readable();
	if (buffer === GRPC_MESSAGE) return host.grpcMessage;
	if (buffer === VM_CONFIGURATION) return host.vmConfiguration;
	return buffer === PLUGIN_CONFIGURATION ? host.pluginConfiguration : undefined;
}

function headerFunctions(host: FakeHost) {
	function change(map: number, apply: (table: HeaderTable) => void): number {
		const table = host.contexts.stream()?.headers(map);
		if (table === undefined) return result.badArgument;
		apply(table);
		return result.ok;
	}
	const text = (ptr: number, size: number) => host.module.readText(ptr, size);
	const bytes = (ptr: number, size: number) => host.module.read(ptr, size);
	return {
		proxy_get_header_map_pairs(map: number, ptrPtr: number, sizePtr: number) {
			const table = host.contexts.stream()?.headers(map);
			if (table === undefined) return result.badArgument;
			host.module.handOver(host.mangledPairs ?? table.serialize(), ptrPtr, sizePtr);
			return result.ok;
		},
		proxy_add_header_map_value(map: number, name: number, nameSize: number, value: number, size: number) {
			return change(map, (table) => table.add(text(name, nameSize), bytes(value, size)));
		},
		proxy_replace_header_map_value(map: number, name: number, nameSize: number, value: number, size: number) {
			return change(map, (table) => table.replace(text(name, nameSize), bytes(value, size)));
		},
		proxy_remove_header_map_value(map: number, name: number, nameSize: number) {
			return change(map, (table) => table.remove(text(name, nameSize)));
		},
	};
}

function propertyFunctions(host: FakeHost) {
	const dotted = (ptr: number, size: number) => host.module.readText(ptr, size).replaceAll("\0", ".");
	return {
		proxy_get_property(path: number, pathSize: number, ptrPtr: number, sizePtr: number) {
			const name = dotted(path, pathSize);
			const stream = host.contexts.stream();
			const value = stream?.properties[name] ?? stream?.filterState.get(name) ?? host.properties[name];
			if (value === undefined) return result.notFound;
			host.module.handOver(propertyBytes(value), ptrPtr, sizePtr);
			return result.ok;
		},
		proxy_set_property(path: number, pathSize: number, value: number, size: number) {
			const stream = host.contexts.stream();
			if (stream === undefined) return result.notFound;
			stream.filterState.set(dotted(path, pathSize), host.module.read(value, size));
			return result.ok;
		},
	};
}
