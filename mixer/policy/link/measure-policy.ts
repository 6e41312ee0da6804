import { MixerError } from "../../error.ts";
import { instantiateInLeast } from "../least-memory.ts";

const PAGE_BYTES = 64 * 1024;

/** The bounds of a policy's memory, in pages of 64 KiB. */
export interface PolicyPages {
	/** What the module's constants need. */
	readonly firstPages: number;
	/** The data's and what an evaluation may use. */
	readonly maxPages: number;
	/** The latter's part of it. */
	readonly extraPages: number;
}

/** What OPA's modules start with unless their constants are large, in pages. */
const LEAST_PAGES = 2;

/** A Wasm memory of 32 bits has no more. */
const MOST_PAGES = 65_536;

/**
 * Loads a policy with its data as the linked module will (glue.ts), to know how much memory that takes.
 *
 * @param extraPages what an evaluation may use beyond the data.
 * @throws MixerError "invalid" where the data don't fit.
 */
export function measurePolicy(options: { policyWasm: Uint8Array; data: Uint8Array; extraPages: number }): PolicyPages {
	const { policyWasm, data, extraPages } = options;
	const module = new WebAssembly.Module(policyWasm);
	const { memory, exports, firstPages } = instantiate(module);
	const call = (name: string, ...args: number[]): number => {
		const exported = exports[name];
		if (typeof exported !== "function") throw new MixerError("tool", `opa build wrote a module without ${name}`);
		return Number(exported(...args)) >>> 0;
	};
	const at = call("opa_malloc", data.byteLength);
	new Uint8Array(memory.buffer).set(data, at);
	if (call("opa_json_parse", at, data.byteLength) === 0) throw new MixerError("invalid", "OPA cannot read the data");
	for (const table of ["builtins", "entrypoints"]) call("opa_json_dump", call(table));
	const maxPages = memory.buffer.byteLength / PAGE_BYTES + extraPages;
	if (maxPages <= MOST_PAGES) return { firstPages, maxPages, extraPages };
	throw new MixerError("invalid", `the data leave no room for an evaluation: ${maxPages} of ${MOST_PAGES} pages`);
}

function instantiate(module: WebAssembly.Module) {
	const start = (firstPages: number) => {
		const memory = new WebAssembly.Memory({ initial: firstPages });
		const { exports } = new WebAssembly.Instance(module, { env: imports(memory) });
		return { memory, exports, firstPages };
	};
	return instantiateInLeast(start, { firstPages: LEAST_PAGES, mostPages: MOST_PAGES });
}

/** Reading data calls no built-in. */
function imports(memory: WebAssembly.Memory): Record<string, unknown> {
	const abort = () => {
		throw new MixerError("invalid", "the policies' data do not fit into a policy's memory");
	};
	const builtins = [0, 1, 2, 3, 4].map((count) => [`opa_builtin${count}`, () => 0]);
	return { memory, opa_abort: abort, opa_println: () => undefined, ...Object.fromEntries(builtins) };
}
