import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** One import statement of a source file. */
export interface SourceImport {
	/** The file it stands in, relative to the checkout. */
	readonly file: string;
	/** What it names: a path relative to the checkout for a relative import, else the package or `node:` module. */
	readonly target: string;
	readonly isRelative: boolean;
}

/** `import … from "x"`, `export … from "x"`, `import "x"` and `import("x")`, the latter also in types. */
const statement =
	/(?:^|\n)\s*(?:import|export)\b[^;"'`]*?\bfrom\s*"([^"]+)"|(?:^|\n)\s*import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/g;

/** Every import in a file's text. */
export function importsIn(file: string, text: string): SourceImport[] {
	return [...text.matchAll(statement)].map((match) => {
		const name = match[1] ?? match[2] ?? match[3] ?? "";
		const isRelative = name.startsWith(".");
		return { file, target: isRelative ? normalize(join(dirname(file), name)) : name, isRelative };
	});
}

/** Every import of the files, whose paths are relative to the checkout. */
export function importsOf(root: string, files: readonly string[]): SourceImport[] {
	return files.flatMap((file) => importsIn(file, readFileSync(join(root, file), "utf8")));
}
