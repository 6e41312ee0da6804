import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readBundleFile } from "../../../mixer/policy/bundle-file.ts";
import { expectOpa } from "../../../mixer/policy/opa.ts";
import { opaProgram } from "../../support/programs.ts";

/** The module that opa makes of a folder's bundle shop, without any of the build's own checks. */
export async function compileModule(dir: string): Promise<Uint8Array> {
	const args = ["build", "--target", "wasm", "--entrypoint", "shop/authz/decision", "shop"];
	await expectOpa({ opa: opaProgram(), args, cwd: dir });
	return readBundleFile(await readFile(join(dir, "bundle.tar.gz")), "/policy.wasm");
}
