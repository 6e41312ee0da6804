/** Results of the proxy-wasm ABI. */
const OK = 0;
const NOT_FOUND = 1;

/** BufferTypes of the ABI. */
const VM_CONFIGURATION = 6;
const PLUGIN_CONFIGURATION = 7;

/** Levels of the log from which a line tells what went wrong: warning. */
const SHOWN_LEVEL = 3;

/** What the host writes into. */
interface Guest {
	readonly memory: WebAssembly.Memory;
	readonly malloc: (size: number) => number;
}

export interface QuietHost {
	/** The functions that the module imports. */
	readonly imports: Record<string, unknown>;
	readonly vmConfigBytes: number;
	readonly pluginConfigBytes: number;
	/** What the filter logged as a warning or worse. */
	readonly lines: readonly string[];
	/** Tells the host whose memory it is; before anything is called. */
	attach(guest: Guest): void;
}

/**
 * The least of a proxy-wasm host in which the filter can be started and configured: its configuration, its log and a
 * clock. Nothing else is there to be found, and whatever it does succeeds and has no effect.
 */
export function quietHost(options: {
	module: WebAssembly.Module;
	vmConfig: string;
	pluginConfig: string;
	now: () => number;
}): QuietHost {
	let guest: Guest | undefined;
	const buffers = new Map([
		[VM_CONFIGURATION, Buffer.from(options.vmConfig)],
		[PLUGIN_CONFIGURATION, Buffer.from(options.pluginConfig)],
	]);
	const lines: string[] = [];
	const view = () => new DataView(guest?.memory.buffer ?? new ArrayBuffer(0));
	const known: Record<string, (...args: number[]) => number> = {
		proxy_log(level = 0, at = 0, size = 0) {
			const { buffer } = view();
			if (level >= SHOWN_LEVEL) lines.push(Buffer.from(new Uint8Array(buffer, at >>> 0, size >>> 0)).toString("utf8"));
			return OK;
		},
		proxy_get_current_time_nanoseconds(at = 0) {
			view().setBigUint64(at >>> 0, BigInt(options.now()) * 1_000_000n, true);
			return OK;
		},
		proxy_get_buffer_bytes(type = 0, start = 0, length = 0, atAt = 0, sizeAt = 0) {
			const bytes = buffers.get(type)?.subarray(start, start + (length >>> 0));
			if (bytes === undefined || guest === undefined) return NOT_FOUND;
			const at = guest.malloc(bytes.length);
			new Uint8Array(guest.memory.buffer).set(bytes, at);
			view().setUint32(atAt >>> 0, at, true);
			view().setUint32(sizeAt >>> 0, bytes.length, true);
			return OK;
		},
	};
	const names = WebAssembly.Module.imports(options.module).map(({ name }) => name);
	const functions = names.map((name) => [
		name,
		known[name] ?? (() => (name.startsWith("proxy_get_") ? NOT_FOUND : OK)),
	]);
	return {
		imports: Object.fromEntries(functions),
		vmConfigBytes: buffers.get(VM_CONFIGURATION)?.length ?? 0,
		pluginConfigBytes: buffers.get(PLUGIN_CONFIGURATION)?.length ?? 0,
		lines,
		attach: (attached) => {
			guest = attached;
		},
	};
}
