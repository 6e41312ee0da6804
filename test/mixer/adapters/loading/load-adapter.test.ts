import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { adapterFile } from "../../../../mixer/adapters/loading/adapter-reference.ts";
import { loadAdapter } from "../../../../mixer/adapters/loading/load-adapter.ts";
import { filesFolder, packageFiles, SOUND } from "./adapter-files.ts";

const JAVASCRIPT = SOUND.replace(/interface.*\n/, "").replace(": Config", "");

describe("an adapter's file", () => {
	for (const [what, reference, files, expected] of [
		["beside the configuration", "./a.ts", { "a.ts": SOUND }, "a.ts"],
		["above it", "../a.mjs", { "a.mjs": JAVASCRIPT }, "a.mjs"],
		["of a package", "acme-adapter", packageFiles("acme-adapter", JAVASCRIPT), "node_modules/acme-adapter/index.js"],
		["of a package with a scope", "@acme/a", packageFiles("@acme/a", JAVASCRIPT), "node_modules/@acme/a/index.js"],
		[
			"of a package that can only be imported",
			"acme",
			packageFiles("acme", JAVASCRIPT, { import: "./index.js" }),
			"node_modules/acme/index.js",
		],
		[
			"inside of a package",
			"acme/adapter",
			packageFiles("acme", JAVASCRIPT, { "./adapter": "./index.js" }),
			"node_modules/acme/index.js",
		],
	] as const) {
		test(`is found ${what}`, async () => {
			const dir = await filesFolder(files);
			const from = what === "above it" ? join(dir, "config") : dir;
			await mkdir(from, { recursive: true });
			const file = await adapterFile(reference, from);
			assert.equal(file, join(dir, expected));
			assert.equal((await loadAdapter(file)).name, "sound");
			assert.equal(await loadAdapter(file), await loadAdapter(file), "the same object each time");
		});
	}

	const none = (dir: string) =>
		`is neither an adapter that comes with sluice nor an npm package that is installed for ${dir}: a path begins with ./`;
	for (const [what, reference, message] of [
		["a file that is not there", "./b.ts", (dir: string) => `is not there: there is no file ${join(dir, "b.ts")}`],
		[
			"a folder",
			"./folder",
			(dir: string) => `is not a file: name the file that exports the adapter, in ${join(dir, "folder")}`,
		],
		["a path without ./", "folder/a.ts", () => "is a path only with ./ before it: ./folder/a.ts"],
		["a package that is not there", "acme-nowhere", none],
		["a module of Node's own", "fs", none],
		[
			"what is no name",
			"data:text/javascript,1",
			() => "is neither an adapter that comes with sluice, nor a path such as ./adapter.ts, nor a package's name",
		],
	] as const) {
		test(`is not found: ${what}`, async () => {
			const dir = await filesFolder({ "folder/a.ts": SOUND });
			await assert.rejects(adapterFile(reference, dir), { name: "MixerError", code: "invalid", message: message(dir) });
		});
	}

	test("is not found where its package does not export it", async () => {
		const dir = await filesFolder(packageFiles("acme", JAVASCRIPT, { "./other": "./index.js" }));
		await assert.rejects(adapterFile("acme", dir), {
			code: "invalid",
			message: /^cannot be loaded: No "exports" main defined in .*node_modules\/acme\/package\.json/,
		});
	});
});

const WANTED = "exports no adapter: its default export must be {name, signals, configSchema, build}";

describe("a module that is no adapter is refused", () => {
	for (const [what, text, message] of [
		["without exports", "const a = 1;", WANTED],
		["with other exports", "export const a = 1;\nexport function b() {}", `${WANTED} (it exports a, b)`],
		["with a function by default", "export default () => {}", WANTED],
		[
			"with an empty object",
			"export default { name: undefined }",
			'exports no adapter that can be used: name must be a name of letters, digits, - . _; signals is missing: it must be a list of record, metric, log, span, not empty; configSchema is missing: it must be a JSON Schema with type: "object"; build is missing: it must be a function',
		],
		[
			"of a signal that there is not",
			SOUND.replace('["record"]', '["logs"]'),
			"exports no adapter that can be used: signals must be a list of record, metric, log, span, not empty",
		],
		[
			"with a schema of something else",
			SOUND.replace('type: "object", properties', 'type: "array", properties'),
			'exports no adapter that can be used: configSchema must be a JSON Schema with type: "object"',
		],
		[
			"with attributes that are a list",
			SOUND.replace('name: "sound"', 'name: "sound", attributes: ["request.id"]'),
			"exports no adapter that can be used: attributes must be a function, or left out",
		],
		["that throws", 'throw new TypeError("no");', "cannot be loaded: TypeError: no"],
		["that throws something else", "throw 5;", "cannot be loaded: it throws 5"],
		[
			"that asks for the types as if they were code",
			'import { Adapter } from "sluice/adapter/x";\nexport default Adapter;',
			/^cannot be loaded: /,
		],
		[
			"that asks for what is not there",
			'import "./missing.ts";',
			/^cannot be loaded: Error: Cannot find module '.*missing\.ts'/,
		],
	] as const) {
		test(what, async () => {
			const dir = await filesFolder({ "a.ts": text });
			await assert.rejects(loadAdapter(join(dir, "a.ts")), { name: "MixerError", code: "invalid", message });
		});
	}

	test("that is not TypeScript, with the place", async () => {
		const dir = await filesFolder({ "a.ts": "export default {\n  name: ,\n};\n" });
		await assert.rejects(loadAdapter(join(dir, "a.ts")), {
			message: `cannot be loaded: SyntaxError: Expression expected (${join(dir, "a.ts")}:2)`,
		});
	});

	test("in TypeScript inside of a package", async () => {
		const dir = await filesFolder({ "node_modules/acme/a.ts": SOUND });
		await assert.rejects(loadAdapter(join(dir, "node_modules/acme/a.ts")), {
			message: "cannot be loaded: a package must hold JavaScript: compile it first",
		});
	});
});
