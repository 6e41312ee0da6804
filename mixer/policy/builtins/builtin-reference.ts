import { refusals } from "./refusals.ts";
import { hostBuiltins, networkBuiltins, trappingBuiltins, volatileBuiltins } from "./registry.ts";

/** What opa says of itself: `opa capabilities --current`. */
export interface OpaBuiltin {
	readonly name: string;
	/** Only for Rego v0. */
	readonly isDeprecated: boolean;
}

export interface ReferenceParts {
	readonly builtins: readonly OpaBuiltin[];
	/** Those that a compiled policy leaves to its host; no others call anything outside of it. */
	readonly leftToHost: ReadonlySet<string>;
	/** Those of them that the filter has. */
	readonly proxy: ReadonlySet<string>;
}

/** Those that opa replaces when it compiles: none is left to run. */
const compiledAway = new Set(["assign", "eq", "internal.print", "internal.test_case", "print"]);
const metadata = /^rego\.metadata\./;

const BLOCK = /(<!-- generated: built-ins -->\n)[\s\S]*?(<!-- end -->)/;

/** The Markdown with its table of built-ins written anew. */
export function withBuiltins(markdown: string, parts: ReferenceParts): string {
	const rows = parts.builtins.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((builtin) => row(builtin, parts));
	const table = `| built-in | proxy | Mixer | notes |\n|---|---|---|---|\n${rows.join("")}`;
	return markdown.replace(BLOCK, (_all, begin: string, end: string) => `${begin}${table}${end}`);
}

function row({ name, isDeprecated }: OpaBuiltin, { leftToHost, proxy }: ReferenceParts): string {
	const refusal = refusals.get(name);
	const isCompiled = compiledAway.has(name) || metadata.test(name);
	const isInside = !leftToHost.has(name);
	const isTrapping = trappingBuiltins.has(name);
	const cell = (has: boolean) => {
		if (isCompiled) return "compiled away";
		if (refusal !== undefined) return "refused";
		return isInside ? "in the module" : has ? "yes" : "no";
	};
	const inProxy = isTrapping ? "no" : cell(proxy.has(name));
	const notes = [
		...(isDeprecated ? ["Rego v0 only"] : []),
		...(isTrapping ? ["an empty path would end Envoy's filter"] : []),
		...(name === "io.jwt.decode_verify" ? ["in the proxy with keys of [some algorithms](policies.md#tokens)"] : []),
		...(networkBuiltins.has(name) ? ["to the hosts of `spec.httpSend.hosts` only"] : []),
		...(volatileBuiltins.has(name) && refusal === undefined ? ["volatile: its policy's answers are never reused"] : []),
		...(refusal === undefined ? [] : [refusal]),
	];
	const inMixer = refusal === undefined && hostBuiltins.has(name);
	return `| \`${name}\` | ${inProxy} | ${cell(inMixer)} | ${notes.join("; ")} |\n`;
}
