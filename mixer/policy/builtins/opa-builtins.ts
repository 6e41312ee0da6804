import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { readBundleFile } from "../bundle-file.ts";
import { expectOpa } from "../opa.ts";
import { hostBuiltinsOf } from "../policy-instance.ts";
import type { OpaBuiltin } from "./builtin-reference.ts";

const Capabilities = z.object({
	builtins: z.array(
		z.object({
			name: z.string(),
			decl: z.object({ args: z.array(z.unknown()).optional() }),
			deprecated: z.boolean().optional(),
			relation: z.boolean().optional(),
		}),
	),
});

/** opa's built-ins, and which of them a policy that calls every one leaves to its host. */
export async function opaBuiltins(
	opa: string,
): Promise<{ builtins: readonly OpaBuiltin[]; leftToHost: ReadonlySet<string> }> {
	const { builtins } = Capabilities.parse(
		JSON.parse(await expectOpa({ opa, args: ["capabilities", "--current"], cwd: "." })),
	);
	const dir = await mkdtemp(join(tmpdir(), "sluice-builtins-"));
	try {
		const calls = builtins.filter(({ name }) => !/^(?:internal\.|rego\.metadata\.|print$|eq$|assign$)/.test(name));
		const rules = calls.map(({ name, decl, relation }, i) => {
			const args = (decl.args ?? []).map(() => "input.a").join(", ");
			return relation === true ? `r${i} { ${name}(${args}, x) }` : `r${i} = ${name}(${args})`;
		});
		// Rego v0 knows the deprecated ones too.
		await writeFile(join(dir, "all.rego"), `package all\n\n${rules.join("\n")}\n`);
		await expectOpa({
			opa,
			args: ["build", "--v0-compatible", "--target", "wasm", "--entrypoint", "all", "all.rego"],
			cwd: dir,
		});
		const wasm = readBundleFile(await readFile(join(dir, "bundle.tar.gz")), "/policy.wasm");
		return {
			builtins: builtins.map(({ name, deprecated }) => ({ name, isDeprecated: deprecated ?? false })),
			leftToHost: new Set(hostBuiltinsOf(wasm)),
		};
	} finally {
		await rm(dir, { recursive: true });
	}
}
