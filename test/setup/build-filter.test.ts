import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../", import.meta.url));
const entry = "test/filters/wasm/failing.ts";
const sources = ["filters/host", "filters/wire", entry, "setup/build-filter.mjs", "setup/guard.mjs", "asconfig.json"];
const dirs: string[] = [];

/** A checkout with nothing but what the build reads, in a folder of its own. */
async function checkout(): Promise<string> {
	const dir = await realpath(await mkdtemp(join(tmpdir(), "build-filter-test-")));
	dirs.push(dir);
	for (const source of sources) await cp(join(root, source), join(dir, source), { recursive: true });
	await symlink(join(root, "node_modules"), join(dir, "node_modules"));
	return dir;
}

/** Runs the command; what it printed to stderr if it failed. */
async function build(dir: string, ...args: string[]): Promise<string | undefined> {
	try {
		await promisify(execFile)(process.execPath, [join(dir, "setup/build-filter.mjs"), ...args], { cwd: dir });
		return undefined;
	} catch (thrown) {
		return thrown instanceof Error && "stderr" in thrown ? String(thrown.stderr) : String(thrown);
	}
}

let dir: string;

before(async () => {
	dir = await checkout();
	assert.equal(await build(dir, "--entry", entry, "--out", "out/release.wasm"), undefined);
});

after(async () => {
	for (const path of dirs) await rm(path, { recursive: true, force: true });
});

test("the module exports the ABI and nothing else, and imports the host's functions only", async () => {
	const module = new WebAssembly.Module(await readFile(join(dir, "out/release.wasm")));
	assert.deepEqual(
		WebAssembly.Module.exports(module)
			.map(({ name }) => name)
			.sort(),
		[
			"_initialize",
			"malloc",
			"memory",
			"proxy_abi_version_0_2_1",
			"proxy_on_configure",
			"proxy_on_context_create",
			"proxy_on_done",
			"proxy_on_grpc_close",
			"proxy_on_request_headers",
			"proxy_on_tick",
			"proxy_on_vm_start",
		],
	);
	assert.deepEqual(
		WebAssembly.Module.imports(module)
			.map(({ module, name }) => `${module}.${name}`)
			.sort(),
		["env.proxy_get_property", "env.proxy_log", "env.proxy_send_local_response", "env.proxy_set_effective_context"],
	);
});

test("the same sources give the same bytes in another folder, and no path of it", async () => {
	const first = await readFile(join(dir, "out/release.wasm"));
	const other = await checkout();
	assert.equal(
		await build(other, "--entry", join(other, entry), "--out", join(other, "elsewhere/again.wasm")),
		undefined,
	);
	assert.ok(first.equals(await readFile(join(other, "elsewhere/again.wasm"))));
	for (const path of [dir, root, tmpdir()]) {
		assert.equal(first.includes(path), false);
		assert.equal(first.includes(Buffer.from(path, "utf16le")), false);
	}
});

test("the debug target keeps names, the release has none", async () => {
	assert.equal(await build(dir, "--entry", entry, "--out", "out/debug.wasm", "--target", "debug"), undefined);
	const [debug, release] = [await readFile(join(dir, "out/debug.wasm")), await readFile(join(dir, "out/release.wasm"))];
	assert.ok(debug.includes("test/filters/wasm/failing/deep"));
	assert.ok(!release.includes("test/filters/wasm/failing/deep"));
});

test("a fault in the source is named with its place, and the last good module stays", async () => {
	const good = await readFile(join(dir, "out/release.wasm"));
	await mkdir(join(dir, "bad"));
	await writeFile(join(dir, "bad/entry.ts"), "export function f(): i32 {\n\treturn nothing;\n}\n");
	const output = await build(dir, "--entry", "bad/entry.ts", "--out", "out/release.wasm", "--target", "debug");
	assert.match(output ?? "", /ERROR TS2304: Cannot find name 'nothing'/);
	assert.match(output ?? "", /in bad\/entry\.ts\(2,9\)/);
	assert.ok(good.equals(await readFile(join(dir, "out/release.wasm"))));
});

test("a callback without a guard is refused by name", async () => {
	await writeFile(
		join(dir, "bad/callback.ts"),
		"export function proxy_on_queue_ready(root: u32, token: u32): void {}\n",
	);
	const output = await build(dir, "--entry", "bad/callback.ts", "--out", "out/callback.wasm", "--target", "debug");
	assert.match(output ?? "", /no guard for the callback proxy_on_queue_ready: add it to setup\/guard\.mjs/);
});
