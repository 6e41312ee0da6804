import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import binaryen from "binaryen";

const { Features } = binaryen;

/** What a linked module may use beyond the first WebAssembly: what Envoy 1.36 to 1.40 run, and no more. */
export const features: number =
	Features.ExceptionHandling |
	Features.ReferenceTypes |
	Features.MultiMemory |
	Features.BulkMemory |
	Features.BulkMemoryOpt |
	Features.MutableGlobals |
	Features.NontrappingFPToInt |
	Features.SignExt;

/** The same for the linker's command line. */
const featureOptions = [
	"--enable-exception-handling",
	"--enable-reference-types",
	"--enable-multimemory",
	"--enable-bulk-memory",
	"--enable-bulk-memory-opt",
	"--enable-mutable-globals",
	"--enable-nontrapping-float-to-int",
	"--enable-sign-ext",
];

const program = join(dirname(createRequire(import.meta.url).resolve("binaryen")), "bin/wasm-merge");

/** For a program that runs once, compiling its own code well costs more than it saves. */
const programOptions = ["--liftoff-only"];

/** A module by the name that the others import it by. */
export interface WasmPart {
	readonly name: string;
	readonly module: Uint8Array;
}

/**
 * Joins modules into one with binaryen's wasm-merge: what one imports under another's name is that one's export. Of
 * exports with the same name the first module's stays.
 */
export async function mergeWasm(parts: readonly WasmPart[], options: { keepNames: boolean }): Promise<Uint8Array> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-link-"));
	try {
		for (const { name, module } of parts) await writeFile(join(dir, `${name}.wasm`), module);
		const inputs = parts.flatMap(({ name }) => [`${name}.wasm`, name]);
		const names = options.keepNames ? ["-g"] : [];
		const args = [
			...programOptions,
			program,
			...inputs,
			"-o",
			"merged.wasm",
			...featureOptions,
			"--rename-export-conflicts",
			...names,
		];
		await promisify(execFile)(process.execPath, args, { cwd: dir });
		return await readFile(join(dir, "merged.wasm"));
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
}

/** A module from its text. */
export function assembleWasm(text: string): Uint8Array {
	const module = binaryen.parseText(text);
	try {
		module.setFeatures(features);
		return module.emitBinary();
	} finally {
		module.dispose();
	}
}

/** Takes away every export that does not stay, what only those used, and the names unless they are kept. */
export function stripWasm(
	merged: Uint8Array,
	options: { stays: (name: string) => boolean; keepNames: boolean },
): Uint8Array {
	const module = binaryen.readBinary(merged);
	try {
		module.setFeatures(features);
		const exported = Array.from({ length: module.getNumExports() }, (_, i) => module.getExportByIndex(i));
		for (const { name } of exported.map((ref) => binaryen.getExportInfo(ref))) {
			if (!options.stays(name)) module.removeExport(name);
		}
		const names = options.keepNames ? [] : ["strip-debug", "strip-producers"];
		module.runPasses(["remove-unused-module-elements", ...names]);
		if (!module.validate()) throw new Error("the linked module is not valid");
		binaryen.setDebugInfo(options.keepNames);
		return module.emitBinary();
	} finally {
		module.dispose();
	}
}
