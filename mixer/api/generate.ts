import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { MixerError } from "../error.ts";
import { renderAdapterTypes } from "./generate-adapter-types.ts";
import { renderAssemblyScript } from "./generate-assemblyscript.ts";
import { renderDocs } from "./generate-docs.ts";
import { renderSchema } from "./generate-schema.ts";
import { renderTypeScript } from "./generate-typescript.ts";
import { readVocabulary } from "./generate-vocabulary.ts";

const source = "mixer/api/attributes.yaml";

/**
 * Everything that is made from the vocabulary: file contents by path below the repository's root. The same text for
 * the same attributes.yaml, always. Faults in it are one error of code `invalid` with a line each.
 */
export function generate(yaml: string): ReadonlyMap<string, string> {
	const vocabulary = readVocabulary(yaml, source);
	return new Map([
		["mixer/api/generated/vocabulary.ts", renderTypeScript(vocabulary)],
		["mixer/api/generated/input-schema.json", renderSchema(vocabulary)],
		["filters/attributes/generated/vocabulary.ts", renderAssemblyScript(vocabulary)],
		["docs/attributes.md", renderDocs(vocabulary)],
	]);
}

/** Path and text of the types that authors of adapters import: made of the vocabulary and of the contract. */
export function adapterTypes(yaml: string, read: (path: string) => string): readonly [path: string, text: string] {
	return ["mixer/api/generated/adapter.d.ts", renderAdapterTypes(readVocabulary(yaml, source), read)];
}

function main(root: string): void {
	const read = (path: string) => readFileSync(join(root, path), "utf8");
	const yaml = read(source);
	for (const [path, text] of [...generate(yaml), adapterTypes(yaml, read)]) {
		const file = join(root, path);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, text);
	}
}

if (import.meta.main) {
	try {
		main(join(import.meta.dirname, "../.."));
	} catch (thrown) {
		console.error(MixerError.from(thrown).message);
		process.exitCode = 1;
	}
}
