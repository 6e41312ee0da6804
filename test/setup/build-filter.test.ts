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
const sources = [
	"filters/host",
	"filters/wire",
	entry,
	"mixer/error.ts",
	"mixer/fault-text.ts",
	"mixer/fault.ts",
	"mixer/policy/link",
	"setup/build-filter.mjs",
	"setup/guard.mjs",
	"asconfig.json",
];

/** The least of a filter that runs policies. */
const runsPolicies = `
@external("env", "policy_present")
declare function policy_present(): i32;
export { malloc } from "../filters/host/memory";
export function proxy_abi_version_0_2_1(): void {}
export function proxy_on_vm_start(root: u32, size: u32): u32 {
	return 7 + policy_present();
}
export function policyBuiltin(number: i32, count: i32, a: i32, b: i32, c: i32, d: i32): i32 {
	return number;
}
`;
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

test("a filter that runs policies is written twice: to be linked, and as it is", async () => {
	await mkdir(join(dir, "policies"));
	await writeFile(join(dir, "policies/entry.ts"), runsPolicies);
	const args = ["--entry", "policies/entry.ts", "--out", "out/policies.wasm", "--target", "debug"];
	assert.equal(await build(dir, ...args), undefined);
	const [whole, open] = await Promise.all(
		["policies.wasm", "policies.link.wasm"].map(async (name) => {
			const module = new WebAssembly.Module(await readFile(join(dir, "out", name)));
			const imports = WebAssembly.Module.imports(module).map((each) => `${each.module}.${each.name}`);
			const exports = WebAssembly.Module.exports(module).map(({ name }) => name);
			return { module, imports, exports: exports.sort() };
		}),
	);
	assert.ok(whole !== undefined && open !== undefined);
	assert.deepEqual(open.imports.sort(), ["env.policy_present", "env.proxy_log"]);
	assert.deepEqual(whole.imports, ["env.proxy_log"]);
	const abi = ["_initialize", "malloc", "memory", "proxy_abi_version_0_2_1", "proxy_on_vm_start"];
	assert.deepEqual(whole.exports, abi);
	assert.deepEqual(open.exports, [...abi, "policyBuiltin", "restoreStack", "saveStack"].sort());
	const { proxy_on_vm_start } = new WebAssembly.Instance(whole.module, { env: { proxy_log: () => 0 } }).exports;
	assert.ok(typeof proxy_on_vm_start === "function");
	assert.equal(proxy_on_vm_start(0, 0), 7);
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
