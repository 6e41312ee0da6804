import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs, promisify } from "node:util";
import asc from "assemblyscript/asc";
import binaryen from "binaryen";
import { guardText, sortExports } from "./guard.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const mergeProgram = join(root, "node_modules/binaryen/bin/wasm-merge");

/** What the linked module may use beyond the first WebAssembly: what Envoy 1.36 to 1.40 run, and no more. */
const features =
	binaryen.Features.ExceptionHandling |
	binaryen.Features.ReferenceTypes |
	binaryen.Features.BulkMemory |
	binaryen.Features.BulkMemoryOpt |
	binaryen.Features.MutableGlobals |
	binaryen.Features.NontrappingFPToInt |
	binaryen.Features.SignExt;

/** The same for the linker's command line. */
const featureOptions = [
	"--enable-exception-handling",
	"--enable-reference-types",
	"--enable-bulk-memory",
	"--enable-bulk-memory-opt",
	"--enable-mutable-globals",
	"--enable-nontrapping-float-to-int",
	"--enable-sign-ext",
];

/**
 * Compiles a filter and links it with its guard (guard.mjs): a module that Envoy loads, which exports the ABI and
 * nothing else. The same sources give the same bytes, in any folder.
 *
 * @param {object} [options]
 * @param {string} [options.entry] AssemblyScript, relative to the repository or absolute inside it.
 * @param {string} [options.out] the file written, as a whole or not at all.
 * @param {"release" | "debug"} [options.target] of asconfig.json; debug keeps names.
 * @param {readonly string[]} [options.keep] exports that stay beside the ABI's, "*" for all: for tests.
 * @returns {Promise<Uint8Array>} the module.
 */
export async function buildFilter(options = {}) {
	const { entry = "filters/http.ts", out = "build/filter/http.wasm", target = "release", keep = [] } = options;
	const compiled = await compile(entry, target);
	const exported = WebAssembly.Module.exports(new WebAssembly.Module(compiled)).map(({ name }) => name);
	const { guarded, stay } = sortExports(exported, keep);
	const guard = assemble(guardText(guarded, exported.includes("on_callback_failed")));
	const linked = finish(await merge({ guard, filter: compiled }, target), stay, target);
	await writeWhole(resolve(root, out), linked);
	return linked;
}

/**
 * AssemblyScript's compiler; guard.ts is an entry too, because the guard calls its exports. It is the first one: the
 * garbage collector's assertions need `abort`, and what guard.ts imports would else be initialised amid the collector.
 */
async function compile(entry, target) {
	const files = new Map();
	const entries = ["filters/host/guard.ts", relative(root, resolve(root, entry))];
	// An export and not Wasm's start section: Envoy cannot log what goes wrong in that.
	const options = ["--target", target, "--outFile", "filter.wasm", "--exportStart", "_initialize"];
	const { error, stderr } = await asc.main([...entries, "--config", "asconfig.json", "--baseDir", root, ...options], {
		writeFile: (name, contents) => files.set(name, contents),
	});
	if (error) throw new Error(`${stderr.toString()}${error.message}`);
	return files.get("filter.wasm");
}

function assemble(text) {
	const module = binaryen.parseText(text, features);
	const binary = module.emitBinary();
	module.dispose();
	return binary;
}

/** Joins the two: the names of the guard's exports win, and each finds what it imports in the other. */
async function merge(parts, target) {
	const dir = await mkdtemp(join(tmpdir(), "sluice-filter-"));
	try {
		for (const [name, binary] of Object.entries(parts)) await writeFile(join(dir, `${name}.wasm`), binary);
		const inputs = Object.keys(parts).flatMap((name) => [`${name}.wasm`, name]);
		const options = [...featureOptions, "--rename-export-conflicts", ...(target === "debug" ? ["-g"] : [])];
		const args = [mergeProgram, ...inputs, "-o", "merged.wasm", ...options];
		await promisify(execFile)(process.execPath, args, { cwd: dir });
		return await readFile(join(dir, "merged.wasm"));
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
}

/** Takes away the exports that Envoy has no business with, what only they used, and the names. */
function finish(merged, stay, target) {
	const module = binaryen.readBinary(merged, features);
	const exported = Array.from({ length: module.getNumExports() }, (_, i) => module.getExportByIndex(i));
	for (const name of exported.map((ref) => binaryen.getExportInfo(ref).name)) {
		if (!stay.has(name)) module.removeExport(name);
	}
	module.runPasses([
		"remove-unused-module-elements",
		...(target === "release" ? ["strip-debug", "strip-producers"] : []),
	]);
	if (!module.validate()) throw new Error("the linked filter is not a valid module");
	binaryen.setDebugInfo(target === "debug");
	const binary = module.emitBinary();
	module.dispose();
	return binary;
}

async function writeWhole(file, bytes) {
	await mkdir(dirname(file), { recursive: true });
	const temporary = `${file}.${process.pid}.tmp`;
	await writeFile(temporary, bytes);
	await rename(temporary, file);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
	const { values } = parseArgs({
		options: { entry: { type: "string" }, out: { type: "string" }, target: { type: "string" } },
	});
	await buildFilter(values);
}
