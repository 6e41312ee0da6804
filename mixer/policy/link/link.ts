import { MixerError } from "../../error.ts";
import type { PolicyPages } from "./measure-policy.ts";
import { moduleChecks } from "./module-checks.ts";
import { regexArena } from "./regex-arena.ts";
import { arenaPages } from "./regex-glue.ts";
import { WasmWriter } from "./wasm-bytes.ts";
import { joinWasm } from "./wasm-linker.ts";
import { customSection, functionNames, parseWasm, type WasmModule } from "./wasm-module.ts";

/** What Envoy calls or reads in a module; everything else that is exported goes. */
const abi = /^(?:proxy_.*|malloc|memory|_initialize)$/;

/** What Envoy calls for a request's body and after it. */
const bodyCallbacks: ReadonlySet<string> = new Set(["proxy_on_request_body", "proxy_on_request_trailers"]);

/**
 * The custom sections of a filter to be linked in which its glue stands: with a policy and without one (glue.ts), and for
 * a policy's regular expressions (regex-glue.ts).
 */
const sections = { policy: "sluice.glue.policy", none: "sluice.glue.none", regex: "sluice.glue.regex" } as const;

/** What every WebAssembly module begins with. */
const MAGIC = "\0asm";

/** A mutable global of 32 bits. */
const MUTABLE_I32 = Uint8Array.of(0x7f, 0x01);

export interface LinkOptions {
	/** The filter with its guard, not linked yet: build/filter/http.link.wasm. */
	readonly filter: Uint8Array;
	/** Undefined links a filter without a policy. */
	readonly policy?: LinkedPolicy;
	/** Exports that stay beside the ABI's. */
	readonly keep?: readonly string[];
	/** Whether Envoy tells the filter of bodies, which costs a call for each of their pieces; true if left out. */
	readonly bodies?: boolean;
}

/** A policy to be linked, with the bounds of its memory. */
export interface LinkedPolicy extends PolicyPages {
	/** OPA's module. */
	readonly policyWasm: Uint8Array;
	/** OPA's names of the built-ins that it calls. */
	readonly builtins: ReadonlySet<string>;
}

/**
 * Links a policy into the filter: one module that Envoy loads, with a memory for each; a third where the policy has
 * regular expressions (regex-arena.ts). Every function of the policy and every round of its loops spends a unit of fuel.
 * The same parts give the same bytes.
 *
 * @throws MixerError "tool" where the filter is not one that policies are linked into, or opa compiles otherwise than
 * 1.22 does.
 */
export function linkFilter(options: LinkOptions): Uint8Array {
	try {
		return link(options);
	} catch (error) {
		if (error instanceof MixerError) throw error;
		throw new MixerError("tool", `the policies cannot be linked: ${MixerError.from(error).message}`, { cause: error });
	}
}

function link({ filter, policy, keep = [], bodies = true }: LinkOptions): Uint8Array {
	const glue = glueOf(filter, policy === undefined ? "none" : "policy");
	const stays = (name: string) => (abi.test(name) && (bodies || !bodyCallbacks.has(name))) || keep.includes(name);
	const filterPart = { name: "filter", module: parseWasm(filter) };
	const env = { name: "env", module: parseWasm(glue) };
	if (policy === undefined) return joinWasm({ parts: [filterPart, env], stays });
	env.module.memories[0] = limits(policy);
	const names = functionNames(policy.policyWasm);
	if (names.size === 0) throw otherwise("the policy has no names of functions");
	const opa = { name: "opa", module: withStackPointer(parseWasm(policy.policyWasm)), metered: true };
	const meter = { part: "env", enter: "enter_function", leave: "leave_function", round: "spend_fuel" };
	const checks = moduleChecks({ module: opa.module, names, part: "opa", by: "env" });
	const arena = regexArena({ ...policy, policy: opa.module, names, glue: regexGlueFor(filter, policy) });
	return joinWasm({ parts: [filterPart, env, ...(arena ?? [opa])], stays, meter, checks });
}

/** With all the memory that the arena gets. */
function regexGlueFor(filter: Uint8Array, { firstPages, extraPages }: PolicyPages): WasmModule {
	const glue = parseWasm(glueOf(filter, "regex"));
	const pages = arenaPages({ firstPages, textPages: extraPages });
	glue.memories[0] = limits({ firstPages: pages, maxPages: pages });
	return glue;
}

/** A filter to be linked, with the glue it fits. */
export function withGlue(filter: Uint8Array, glue: Readonly<Record<keyof typeof sections, Uint8Array>>): Uint8Array {
	const out = new WasmWriter();
	out.raw(filter);
	for (const which of ["policy", "none", "regex"] as const) {
		const section = new WasmWriter();
		section.name(sections[which]);
		section.raw(glue[which]);
		out.byte(0);
		out.sized(section.bytes);
	}
	return out.bytes.slice();
}

function glueOf(filter: Uint8Array, which: keyof typeof sections): Uint8Array {
	const isWasm = Buffer.from(filter.subarray(0, MAGIC.length)).toString("latin1") === MAGIC;
	const glue = isWasm ? customSection(filter, sections[which]) : undefined;
	if (glue !== undefined) return glue;
	throw new MixerError("tool", "the filter's module is not one that policies are linked into (http.link.wasm)");
}

function limits({ firstPages, maxPages }: Omit<PolicyPages, "extraPages">): Uint8Array {
	const out = new WasmWriter();
	out.byte(1);
	out.unsigned(firstPages);
	out.unsigned(maxPages);
	return out.bytes;
}

/** Exports OPA's stack pointer, which the glue needs. */
function withStackPointer(module: WasmModule): WasmModule {
	const [first] = module.globals;
	if (first === undefined || Buffer.compare(first.type, MUTABLE_I32) !== 0) {
		throw otherwise("the policy's first global is not its stack pointer");
	}
	module.exports.push({ name: "__sp", kind: "global", index: 0 });
	return module;
}

function otherwise(what: string): MixerError {
	return new MixerError("tool", `${what}: opa compiles otherwise than 1.22 does`);
}
