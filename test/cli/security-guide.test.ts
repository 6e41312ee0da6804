import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { startTrust } from "../../cli/trust.ts";
import { loadSnapshot } from "../../galley/load.ts";
import { systemClock } from "../../mixer/observe/clock.ts";
import { adapters, telemetry } from "../galley/adapters.ts";
import { policyYaml } from "../galley/folder.ts";
import { KeptLog } from "../mixer/server/running-mixer.ts";
import { checkout } from "../support/programs.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** The code blocks of docs/security.md, in this language. */
async function blocks(language: string): Promise<string[]> {
	const text = await readFile(join(checkout, "docs/security.md"), "utf8");
	const form = new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, "gm");
	return [...text.matchAll(form)].map(([, indent = "", block = ""]) =>
		block.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
	);
}

test("docs/security.md: its commands make what its Settings and envoy/mtls.yaml name", async () => {
	const dir = await temporaryFolder();
	const commands = (await blocks("sh")).filter((block) => /^(sluice cert|cp) /.test(block));
	assert.equal(commands.length, 2);
	const main = join(checkout, "cli/main.ts");
	const shell = `set -eu\nsluice() { '${process.execPath}' '${main}' "$@"; }\n${commands.join("")}`;
	await promisify(execFile)("bash", ["-c", shell], { cwd: dir });

	const [settings] = await blocks("yaml");
	assert.ok(settings !== undefined);
	const shop = join(dir, "shop");
	await mkdir(shop);
	await writeFile(join(shop, "sluice.yaml"), `${settings}---\n${policyYaml("books")}`);
	await cp(join(checkout, "test/testdata/galley/bundles"), shop, { recursive: true });
	const loaded = await loadSnapshot(shop, adapters, telemetry);
	assert.ok(loaded.ok && loaded.snapshot.settings.tls, JSON.stringify(loaded));
	const trust = await startTrust({ tls: loaded.snapshot.settings.tls, clock: systemClock, logger: new KeptLog() });
	trust.stop();

	const named = new Set<string>();
	for (const name of ["mtls.yaml", "mtls-certificate.yaml", "mtls-authorities.yaml"]) {
		const text = (await readFile(join(checkout, "envoy", name), "utf8")).replaceAll(/^#.*$/gm, "");
		for (const [, file = ""] of text.matchAll(/\/etc\/sluice\/([\w.-]+)/g)) named.add(file);
	}
	const there = [...(await readdir(join(dir, "gateway"))), "mtls-certificate.yaml", "mtls-authorities.yaml"];
	assert.deepEqual([...named].sort(), there.sort());
});
