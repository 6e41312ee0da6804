import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readBundleFile } from "../../mixer/policy/bundle-file.ts";
import { linkFilter } from "../../mixer/policy/link/link.ts";
import { measurePolicy } from "../../mixer/policy/link/measure-policy.ts";
import { expectOpa } from "../../mixer/policy/opa.ts";
import { REVISION } from "./filter-host.ts";
import { opaProgram } from "./programs.ts";

/** What an evaluation may use beyond the data, in pages of 64 KiB, where a test does not care. */
const EXTRA_PAGES = 256;

/** The filter as set-up built it for policies to be linked into. */
const linkableFile = new URL("../../build/filter/http.link.wasm", import.meta.url);

export interface RegoParts {
	/** Rego by file name. */
	readonly modules: Readonly<Record<string, string>>;
	/** Such as shop/decision. */
	readonly entrypoints: readonly string[];
	/** The policies' data document. */
	readonly data?: unknown;
	readonly extraPages?: number;
	/** Exports that stay beside the ABI's. */
	readonly keep?: readonly string[];
	/** The built-ins that the policies are known to call. */
	readonly builtins?: readonly string[];
}

/** What a fake host needs to run a policy in the proxy: options of startFilter. */
export interface LinkedFilter {
	readonly module: Uint8Array;
	readonly vmConfiguration: string;
}

/** Rego compiled by the real opa and linked into the filter. */
export async function linkRego(parts: RegoParts): Promise<LinkedFilter> {
	return linkPolicy({ ...parts, policyWasm: await compileRego(parts) });
}

/** A policy that opa has compiled, linked into the filter. */
export async function linkPolicy(
	parts: Omit<RegoParts, "modules" | "entrypoints"> & { readonly policyWasm: Uint8Array },
): Promise<LinkedFilter> {
	const { policyWasm, keep = [], builtins = [], extraPages = EXTRA_PAGES } = parts;
	const data = JSON.stringify(parts.data ?? {});
	const pages = measurePolicy({ policyWasm, data: new TextEncoder().encode(data), extraPages });
	const filter = await readFile(linkableFile);
	const module = linkFilter({ filter, policy: { ...pages, policyWasm, builtins: new Set(builtins) }, keep });
	return { module, vmConfiguration: `${REVISION}\n${data}` };
}

/** What opa makes of Rego. */
export async function compileRego({
	modules,
	entrypoints,
}: Pick<RegoParts, "modules" | "entrypoints">): Promise<Uint8Array> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-rego-"));
	try {
		for (const [name, text] of Object.entries(modules)) {
			const file = join(dir, "rego", name);
			await mkdir(dirname(file), { recursive: true });
			await writeFile(file, text);
		}
		const asked = entrypoints.flatMap((entrypoint) => ["--entrypoint", entrypoint]);
		await expectOpa({ opa: opaProgram(), args: ["build", "--target", "wasm", ...asked, "rego"], cwd: dir });
		return readBundleFile(await readFile(join(dir, "bundle.tar.gz")), "/policy.wasm");
	} finally {
		await rm(dir, { recursive: true });
	}
}
