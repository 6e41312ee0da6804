import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { checkout } from "../setup/checkout.mjs";
import { repositoryFiles } from "./support/repository-files.ts";
import { importsIn, importsOf, type SourceImport } from "./support/source-imports.ts";

/** Which top folders each may import besides itself. `test` and `bench` may import all. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
	filters: [],
	mixer: ["galley"],
	galley: [],
	pilot: ["galley"],
	citadel: ["galley"],
	cli: ["mixer", "pilot", "citadel", "galley", "setup", "package.json"],
	samples: [],
	// What links the filter with its guard links it with a policy.
	setup: ["mixer"],
	bin: ["setup"],
};

const files = repositoryFiles(checkout);
const sources = files.filter((file) => /\.(ts|mts|mjs|js)$/.test(file));
const imports = importsOf(checkout, sources);

const topFolder = (path: string) => path.split("/")[0] ?? "";
const isIn = (path: string, ...folders: string[]) => folders.includes(topFolder(path));
const show = ({ file, target }: SourceImport) => `${file} imports ${target}`;

function breaksDirection({ file, target, isRelative }: SourceImport): boolean {
	const from = topFolder(file);
	const to = topFolder(target);
	if (!isRelative || from === to || isIn(file, "test", "bench")) return false;
	return !(mayImport[from] ?? []).includes(to);
}

test("folders import in one direction", () => {
	assert.ok(imports.length > 100, "imports are found at all");
	assert.deepEqual(imports.filter(breaksDirection).map(show), []);
});

for (const { file, text, broken } of [
	{ file: "mixer/check/check.ts", text: 'import { a } from "../../pilot/xds.ts";', broken: true },
	{ file: "pilot/xds.ts", text: 'import type {\n\tA,\n} from "../mixer/error.ts";', broken: true },
	{ file: "galley/load.ts", text: 'const a: import("../mixer/error.ts").ErrorCode = "policy";', broken: true },
	{ file: "galley/load.ts", text: 'await import("../cli/main.ts");', broken: true },
	{ file: "filters/http.ts", text: 'export { a } from "../mixer/api/generated/vocabulary";', broken: true },
	{ file: "mixer/error.ts", text: 'import "../cli/main.ts";', broken: true },
	{ file: "samples/bookstore/books.ts", text: 'import { a } from "../../mixer/error.ts";', broken: true },
	{ file: "mixer/policy/build.ts", text: 'import { a } from "../../galley/snapshot.ts";', broken: false },
	{ file: "cli/main.ts", text: 'import { a } from "../pilot/xds.ts";', broken: false },
	{ file: "filters/http.ts", text: 'import { a } from "./attributes/generated/vocabulary";', broken: false },
]) {
	test(`${broken ? "notices" : "accepts"} ${JSON.stringify(text)} in ${file}`, () => {
		assert.deepEqual(importsIn(file, text).map(breaksDirection), [broken]);
	});
}

test("a concrete adapter is imported by the registry alone", () => {
	const registry = "mixer/adapters/registry.ts";
	const concrete = imports
		.filter(({ file, target }) => file === registry && target !== "mixer/adapters/adapter.ts")
		.map(({ target }) => target);
	assert.ok(concrete.includes("mixer/adapters/prometheus.ts"), "the registry's adapters are found at all");
	const others = imports.filter(
		({ file, target }) => concrete.includes(target) && file !== registry && !isIn(file, "test"),
	);
	assert.deepEqual(others.map(show), []);
});

/** Envoy's functions, and a part of AssemblyScript's own library. */
const filterPackages = ["@solo-io/proxy-runtime/assembly/imports", "util/number"];

test("the filters use no package but Envoy's declarations", () => {
	const packages = imports.filter(({ file, isRelative }) => isIn(file, "filters") && !isRelative);
	assert.deepEqual(packages.filter(({ target }) => !filterPackages.includes(target)).map(show), []);
});

test("the set-up runs before anything is installed", () => {
	const reached = new Set<string>();
	const packages: string[] = [];
	const visit = (file: string) => {
		if (reached.has(file)) return;
		reached.add(file);
		for (const found of imports.filter((statement) => statement.file === file)) {
			if (found.isRelative) visit(found.target);
			else if (!found.target.startsWith("node:")) packages.push(show(found));
		}
	};
	for (const entry of ["setup/main.mjs", "setup/node-path.mjs", "bin/sluice.mjs"]) visit(entry);
	assert.ok(reached.has("setup/steps/opa.mjs"), "the steps are found at all");
	assert.deepEqual(packages, []);
	assert.deepEqual(
		[...reached].filter((file) => !file.endsWith(".mjs")),
		[],
	);
});

test("only the composition root reads the environment", () => {
	const readers = sources
		.filter((file) => !isIn(file, "cli", "setup", "bin", "test", "bench"))
		.filter((file) => /\bprocess\.env\b|\bimport\s*\{[^}]*\benv\b[^}]*\}\s*from\s*"node:process"/.test(read(file)));
	assert.deepEqual(readers, []);
});

test("every top folder opens with a README that has a title", () => {
	const folders = new Set(files.filter((file) => file.includes("/") && !file.startsWith(".")).map(topFolder));
	const without = [...folders].filter((folder) => {
		const readme = join(folder, "README.md");
		return !existsSync(join(checkout, readme)) || !read(readme).startsWith("# ");
	});
	assert.deepEqual(without, []);
});

/** A checkout right below / has a path that other things are called as well. */
const hasTellingPath = checkout.split("/").length > 2;

// Taken apart so that this file does not find itself.
const home = new RegExp(`/(?:${["home", "Users"].join("|")})/[a-z]|/${"root"}/`);
const registry = new RegExp(["registry\\.npm", "js\\.org|files\\.python", "hosted|proxy\\.go", "lang\\.org"].join(""));

for (const { what, isIn } of [
	{ what: "a home folder", isIn: (text: string) => home.test(text) },
	{ what: "this checkout's own path", isIn: (text: string) => hasTellingPath && text.includes(checkout) },
	// So that whatever mirror npm, pip or Go are told to use also serves the set-up.
	{ what: "the host of a package registry", isIn: (text: string) => registry.test(text) },
]) {
	test(`no file names ${what}`, () => {
		assert.deepEqual(
			files.filter((file) => isIn(read(file))),
			[],
		);
	});
}

function read(file: string): string {
	return readFileSync(join(checkout, file), "utf8");
}
