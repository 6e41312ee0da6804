import { MixerError } from "../error.ts";
import { renderTypeScript } from "./generate-typescript.ts";
import type { Vocabulary } from "./generate-vocabulary.ts";

/** The files that the contract is written in, in the order of the result. All of each but what it imports. */
export const CONTRACT_FILES = [
	"galley/telemetry-parts.ts",
	"mixer/adapters/signals.ts",
	"mixer/adapters/adapter.ts",
	"mixer/conformance/harness.ts",
] as const;

const HEAD = `// The contract of adapters: what sluice/adapter holds. Types only, so import type.
// Made by mixer/api/generate.ts: change what it is made of instead.
`;

/**
 * The types that an author of an adapter imports, in one file that needs no other: the contract's own declarations, and
 * of the vocabulary what records are.
 *
 * @param read the text of a file below the repository's root.
 */
export function renderAdapterTypes(vocabulary: Vocabulary, read: (path: string) => string): string {
	const types = renderTypeScript(vocabulary);
	const parts = [
		declaration(types, /^export type AttributeName =/m),
		declaration(types, /^export interface TelemetryRecord /m),
		...CONTRACT_FILES.map((path) => withoutImports(path === CONTRACT_FILES[0] ? signalOf(read(path)) : read(path))),
	];
	return [HEAD, ...parts.map((part) => `${part.trim()}\n`)].join("\n");
}

/** The rest of Galley's file is Galley's. */
function signalOf(text: string): string {
	return declaration(text, /^export type Signal =/m);
}

/** One declaration with the comment above it. */
function declaration(text: string, begins: RegExp): string {
	const start = text.search(begins);
	const rest = text.slice(start);
	const length = rest.startsWith("export interface") ? rest.indexOf("\n}\n") + 2 : rest.search(/;$/m) + 1;
	if (start < 0 || length < 2) throw new MixerError("internal", `the contract has no ${begins.source}`);
	const comment = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n$/.exec(text.slice(0, start))?.[0] ?? "";
	return comment + rest.slice(0, length);
}

function withoutImports(text: string): string {
	return text.replace(/^import [^;]*;\n/gm, "").replace(/^export type \{[^}]*\};\n/gm, "");
}
