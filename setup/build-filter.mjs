import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import asc from "assemblyscript/asc";
import { emptyGlue, policyGlue } from "../mixer/policy/link/glue.ts";
import { withGlue } from "../mixer/policy/link/link.ts";
import { regexGlue } from "../mixer/policy/link/regex-glue.ts";
import { assembleWasm, mergeWasm, stripWasm } from "../mixer/policy/link/wasm-merge.ts";
import { guardText, sortExports } from "./guard.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * What a policy's glue (mixer/policy/link/glue.ts) and evaluations without a request (linked-instance.ts) call in the
 * filter: kept until a policy is linked in.
 */
const keptForLinking = [
	"saveStack",
	"restoreStack",
	"policyBuiltin",
	"policyCheck",
	"policyCheckAnswer",
	"strictBuiltinErrors",
];

/**
 * Compiles a filter and links it with its guard (guard.mjs): a module that Envoy loads, which exports the ABI and
 * nothing else. A filter that runs policies is also written without its glue, with `.link.wasm` instead of `.wasm` at
 * the end, for policies to be linked into. The same sources give the same bytes, in any folder.
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
	const file = resolve(root, out);
	const keepNames = target === "debug";
	const compiled = await compile(entry, target);
	const exported = WebAssembly.Module.exports(new WebAssembly.Module(compiled)).map(({ name }) => name);
	const { guarded, stay } = sortExports(exported, keep);
	const guard = assembleWasm(guardText(guarded, exported.includes("on_callback_failed")));
	const parts = [
		{ name: "guard", module: guard },
		{ name: "filter", module: compiled },
	];
	const merged = await mergeWasm(parts, { keepNames });
	const stays = (name) => stay.has(name);
	if (!runsPolicies(compiled)) return writeWhole(file, stripWasm(merged, { stays, keepNames }));
	const linkable = stripWasm(merged, { stays: (name) => stays(name) || keptForLinking.includes(name), keepNames });
	const glue = {
		policy: assembleWasm(policyGlue()),
		none: assembleWasm(emptyGlue()),
		regex: assembleWasm(regexGlue()),
	};
	await writeWhole(file.replace(/(\.wasm)?$/, ".link.wasm"), withGlue(linkable, glue));
	const linked = [
		{ name: "filter", module: linkable },
		{ name: "env", module: glue.none },
	];
	return writeWhole(file, stripWasm(await mergeWasm(linked, { keepNames }), { stays, keepNames }));
}

/** Whether a filter calls the glue between it and a policy. */
function runsPolicies(compiled) {
	return WebAssembly.Module.imports(new WebAssembly.Module(compiled)).some(({ name }) => name.startsWith("policy_"));
}

/**
 * AssemblyScript's compiler; guard.ts is an entry too, because the guard calls its exports. It is the first one: the
 * garbage collector's assertions need `abort`, and what guard.ts imports would else be initialised amid the collector.
 */
async function compile(entry, target) {
	const files = new Map();
	const entries = ["filters/host/guard.ts", relative(root, resolve(root, entry))];
	// An export and not Wasm's start section: Envoy cannot log what goes wrong in that.
	const options = ["--noColors", "--target", target, "--outFile", "filter.wasm", "--exportStart", "_initialize"];
	const { error, stderr } = await asc.main([...entries, "--config", "asconfig.json", "--baseDir", root, ...options], {
		writeFile: (name, contents) => files.set(name, contents),
	});
	if (error) throw new Error(`${stderr.toString()}${error.message}`);
	return files.get("filter.wasm");
}

async function writeWhole(file, bytes) {
	await mkdir(dirname(file), { recursive: true });
	const temporary = `${file}.${process.pid}.tmp`;
	await writeFile(temporary, bytes);
	await rename(temporary, file);
	return bytes;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
	const { values } = parseArgs({
		options: { entry: { type: "string" }, out: { type: "string" }, target: { type: "string" } },
	});
	await buildFilter(values);
}
