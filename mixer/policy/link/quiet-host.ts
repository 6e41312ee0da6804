import { verifySignature } from "./verify-signature.ts";

/** Results of the proxy-wasm ABI. */
const OK = 0;
const NOT_FOUND = 1;
const BAD_ARGUMENT = 2;

/** BufferTypes of the ABI. */
const VM_CONFIGURATION = 6;
const PLUGIN_CONFIGURATION = 7;

/** Levels of the log from which a line tells what went wrong: warning. */
const SHOWN_LEVEL = 3;

/** The one function beside the ABI that this host has. */
const FOREIGN_FUNCTION = "verify_signature";

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

export interface QuietHostOptions {
	readonly module: WebAssembly.Module;
	readonly vmConfig: string;
	readonly pluginConfig: string;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

/**
 * The least of a proxy-wasm host in which the filter can be started, configured and asked: its configuration, its log, a
 * clock and Envoy's verification of signatures. Nothing else is there to be found, and whatever it does succeeds and has
 * no effect.
 */
export function quietHost({ module, vmConfig, pluginConfig, now }: QuietHostOptions): QuietHost {
	const memory = new GuestMemory();
	const lines: string[] = [];
	const buffers = new Map([
		[VM_CONFIGURATION, Buffer.from(vmConfig)],
		[PLUGIN_CONFIGURATION, Buffer.from(pluginConfig)],
	]);
	const known = functions({ memory, buffers, lines, now });
	const names = WebAssembly.Module.imports(module).map(({ name }) => name);
	const imports = names.map((name) => {
		const nothing = () => (name.startsWith("proxy_get_") ? NOT_FOUND : OK);
		return [name, known[name] ?? nothing] as const;
	});
	return {
		imports: Object.fromEntries(imports),
		vmConfigBytes: buffers.get(VM_CONFIGURATION)?.length ?? 0,
		pluginConfigBytes: buffers.get(PLUGIN_CONFIGURATION)?.length ?? 0,
		lines,
		attach: (guest) => memory.attach(guest),
	};
}

/** The functions that do something. */
function functions(host: {
	memory: GuestMemory;
	buffers: ReadonlyMap<number, Uint8Array>;
	lines: string[];
	now: () => number;
}): Readonly<Record<string, (...args: number[]) => number>> {
	const { memory, buffers, lines, now } = host;
	return {
		proxy_log(level = 0, at = 0, size = 0) {
			if (level >= SHOWN_LEVEL) lines.push(memory.text(at, size));
			return OK;
		},
		proxy_get_current_time_nanoseconds(at = 0) {
			memory.view.setBigUint64(at >>> 0, BigInt(now()) * 1_000_000n, true);
			return OK;
		},
		proxy_get_buffer_bytes(type = 0, start = 0, length = 0, atAt = 0, sizeAt = 0) {
			const bytes = buffers.get(type)?.subarray(start, start + (length >>> 0));
			return bytes === undefined ? NOT_FOUND : memory.handOver(bytes, { atAt, sizeAt });
		},
		proxy_call_foreign_function(nameAt = 0, nameSize = 0, at = 0, size = 0, resultAt = 0, resultSizeAt = 0) {
			if (memory.text(nameAt, nameSize) !== FOREIGN_FUNCTION) return NOT_FOUND;
			const result = verifySignature(memory.bytes(at, size));
			if (result === undefined) return BAD_ARGUMENT;
			return memory.handOver(result, { atAt: resultAt, sizeAt: resultSizeAt });
		},
	};
}

/** The module's memory, once there is a module. */
class GuestMemory {
	#guest: Guest | undefined;

	attach(guest: Guest): void {
		this.#guest = guest;
	}

	get view(): DataView {
		return new DataView(this.#guest?.memory.buffer ?? new ArrayBuffer(0));
	}

	bytes(at: number, size: number): Uint8Array {
		return new Uint8Array(this.view.buffer, at >>> 0, size >>> 0);
	}

	text(at: number, size: number): string {
		return Buffer.from(this.bytes(at, size)).toString("utf8");
	}

	/** Puts bytes into memory of the module's own and says where. */
	handOver(bytes: Uint8Array, { atAt, sizeAt }: { atAt: number; sizeAt: number }): number {
		const at = this.#guest?.malloc(bytes.length) ?? 0;
		new Uint8Array(this.view.buffer).set(bytes, at);
		this.view.setUint32(atAt >>> 0, at, true);
		this.view.setUint32(sizeAt >>> 0, bytes.length, true);
		return OK;
	}
}
