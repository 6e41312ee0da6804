import { MixerError } from "../../error.ts";
import { regexFunctions } from "./regex-glue-calls.ts";
import type { WasmPart } from "./wasm-linker.ts";
import type { WasmElements, WasmExport, WasmModule } from "./wasm-module.ts";

export interface RegexArenaOptions {
	/** OPA's module, with its stack pointer exported as `__sp`. */
	readonly policy: WasmModule;
	/** The names of its functions, by number. */
	readonly names: ReadonlyMap<number, string>;
	/** OPA's names of the built-ins that the policies call. */
	readonly builtins: ReadonlySet<string>;
	/** The glue (regex-glue.ts), with the memory that the arena gets. */
	readonly glue: WasmModule;
}

/** What follows from a module in which regular expressions are not where they are expected. */
export const OTHER_OPA =
	"regular expressions can run in the proxy only as opa 1.22 compiles them: build with that, or set placement: mixer";

/** What makes a pattern ready, once for each that is compiled. */
const RE2_INIT = "re2::RE2::Init(re2::StringPiece const&, re2::RE2::Options const&)";

/** What the glue takes from the policy, beside what OPA exports. */
const OPA_BOOLEAN = "opa_boolean";

/**
 * Functions that OPA leaves out of the table of a module without regular expressions: there they can be called from
 * nowhere (skipElemRE2 in its compiler).
 */
const regexOnly = /re2::|lexer::|std::|__cxa_pure_virtual|operator|parser_/;

/** The body of a function that is never called. */
const UNREACHABLE = Uint8Array.of(0, 0x00, 0x0b);

/**
 * The parts to be joined where a policy has regular expressions: the policy, whose calls of OPA's functions for them go
 * to the glue; the glue; and a second copy of OPA's module, in which they are compiled and kept. Undefined where it has
 * none.
 *
 * @throws MixerError "tool" where a built-in that the policies call can't be found in the module.
 */
export function regexArena({ policy, names, builtins, glue }: RegexArenaOptions): WasmPart[] | undefined {
	const numbers = new Map([...names].map(([number, name]) => [name, number] as const));
	expectRegexFunctions(builtins, numbers);
	const [functions, lacking] = parted(new Set(Object.values(regexFunctions)), (name) => numbers.has(name));
	if (functions.length === 0) return undefined;
	const toGlue = (name: string) => [numberOf(name, numbers), { part: "arena", name }] as const;
	const exportOf = (name: string, as = name): WasmExport => ({
		name: as,
		kind: "func",
		index: numberOf(name, numbers),
	});
	const init = numberOf(RE2_INIT, numbers);
	return [
		{
			name: "opa",
			module: { ...withoutRegexes(policy, names), exports: [...policy.exports, exportOf(OPA_BOOLEAN)] },
			metered: true,
			redirected: new Map(functions.map(toGlue)),
		},
		{ name: "arena", module: { ...glue, exports: glue.exports.filter(({ name }) => !lacking.includes(name)) } },
		{
			name: "regex",
			module: {
				...copyForArena(policy),
				exports: [
					...policy.exports,
					startOf(policy),
					exportOf(RE2_INIT, "re2_init"),
					...functions.map((f) => exportOf(f)),
				],
			},
			metered: true,
			redirected: new Map([[init, { part: "arena", name: "re2_init" }]]),
		},
	];
}

function parted(names: ReadonlySet<string>, isThere: (name: string) => boolean): [there: string[], lacking: string[]] {
	return [[...names].filter(isThere), [...names].filter((name) => !isThere(name))];
}

/**
 * Makes sure that OPA's functions for regular expressions are known where policies call them.
 *
 * @throws MixerError "tool" where one is not.
 */
export function expectRegexFunctions(builtins: ReadonlySet<string>, numbers: ReadonlyMap<string, number>): void {
	const lost = [...builtins].filter((name) => {
		const called = regexFunctions[name];
		return called !== undefined && !numbers.has(called);
	});
	if (lost.length > 0) throw misplaced(lost.map((name) => `${regexFunctions[name]} for ${name}`).join(", "));
}

function numberOf(name: string, numbers: ReadonlyMap<string, number>): number {
	const number = numbers.get(name);
	if (number === undefined) throw misplaced(name);
	return number;
}

function misplaced(what: string): MixerError {
	return new MixerError("tool", `the module that opa compiled has no function ${what}; ${OTHER_OPA}`);
}

/** The policy itself: what only regular expressions use is never called there. */
function withoutRegexes(policy: WasmModule, names: ReadonlyMap<number, string>): WasmModule {
	const imported = policy.imports.filter(({ kind }) => kind === "func").length;
	const inTable = new Set(ofOpa(policy.elements).flatMap(({ functions }) => functions));
	const isDead = (index: number) => inTable.has(index) && regexOnly.test(names.get(index) ?? "");
	return { ...policy, bodies: policy.bodies.map((body, at) => (isDead(at + imported) ? UNREACHABLE : body)) };
}

/** OPA's module once more: its memory and what ends an evaluation are the glue's, which also starts it. */
function copyForArena(policy: WasmModule): WasmModule {
	const ofGlue = new Set(["memory", "opa_abort"]);
	const imports = policy.imports.map((each) => (ofGlue.has(each.name) ? { ...each, module: "arena" } : each));
	return { ...policy, imports, start: undefined, elements: ofOpa(policy.elements) };
}

/** The table's first part is OPA's own; behind it stand the policy's rules, whatever they are named. */
function ofOpa(elements: readonly WasmElements[]): WasmElements[] {
	return elements.slice(0, 1);
}

function startOf({ start }: WasmModule): WasmExport {
	if (start === undefined) throw misplaced("_initialize");
	return { name: "start", kind: "func", index: start };
}
