import { SetupFailure } from "./failure.mjs";
import { provideEnvoy } from "./steps/envoy.mjs";
import { buildFilter } from "./steps/filter.mjs";
import { generateCode } from "./steps/generated.mjs";
import { provideNode } from "./steps/node.mjs";
import { provideOpa } from "./steps/opa.mjs";
import { providePackages } from "./steps/packages.mjs";
import { buildPolicies } from "./steps/policies.mjs";
import { recordTools } from "./tools.mjs";
import { atLeast, needed } from "./versions.mjs";

/**
 * Everything a checkout needs, each step as soon as what it stands on is there. The first failure ends it.
 *
 * @param {object} options
 * @param {string} options.root the checkout
 * @param {string} options.cache where tools go
 * @param {NodeJS.ProcessEnv} options.env
 * @param {ReturnType<typeof import("./progress.mjs").createProgress>} options.progress
 * @throws {SetupFailure}
 */
export async function setUp({ root, cache, env, progress }) {
	const arch = checkMachine(process);
	const current = { version: process.versions.node, path: process.execPath };
	const tool = reportingTool(progress);
	const work = reportingWork(progress);

	const node = tool(() => provideNode({ cache, arch, current }));
	const packages = work("packages", () => providePackages({ root, arch }));
	const envoy = tool(() => provideEnvoy({ cache, arch, env }));
	const opa = tool(() => provideOpa({ cache, env }, progress.note));
	const filter = Promise.all([node, packages]).then(async ([{ path }]) => {
		await work("code", () => generateCode({ root, node: path }));
		await work("filter", () => buildFilter({ root, node: path }));
	});
	const tools = Promise.all([node, envoy, opa, filter]).then(([{ path }, { path: envoyPath }, opaFound]) => {
		recordTools(root, { node: path, envoy: envoyPath, opa: opaFound.path });
		return { node: path, opaVersion: opaFound.version };
	});
	await tools.then((found) => work("policies", () => buildPolicies({ root, ...found })));
}

/** @returns {"x64" | "arm64"} */
function checkMachine(/** @type {{platform: string, arch: string, versions: {node: string}}} */ machine) {
	const { platform, arch, versions } = machine;
	if (!atLeast(versions.node, needed.node)) {
		throw new SetupFailure(`this is Node ${versions.node}: run the set-up with Node 20 or newer`);
	}
	if (platform === "linux" && (arch === "x64" || arch === "arm64")) return arch;
	throw new SetupFailure(`this is ${platform} on ${arch}; Envoy and the set-up are for Linux on x86-64 or arm64`);
}

/** @typedef {Parameters<typeof setUp>[0]["progress"]} Progress */

function reportingTool(/** @type {Progress} */ progress) {
	/**
	 * @template {{label: string, worked: boolean}} T
	 * @param {() => Promise<T>} provide
	 */
	return async (provide) => {
		const start = performance.now();
		const found = await provide();
		progress.done(found.label, found.worked ? performance.now() - start : undefined);
		return found;
	};
}

function reportingWork(/** @type {Progress} */ progress) {
	return async (/** @type {string} */ label, /** @type {() => Promise<boolean>} */ work) => {
		const start = performance.now();
		const worked = await work();
		progress.done(label, worked ? performance.now() - start : undefined);
	};
}
