import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, test } from "node:test";
import { Command } from "commander";
import { addBuildCommand } from "../../cli/commands/build.ts";
import { addEvalCommand } from "../../cli/commands/eval.ts";
import { addTestCommand } from "../../cli/commands/test.ts";
import { policyDocument, policyFolder } from "../mixer/policy/policy-folder.ts";
import { testConfiguration } from "../support/configuration.ts";

const dir = testConfiguration("tokens");

afterEach(() => {
	process.exitCode = undefined;
});

/** A command of sluice's, with an input on stdin; what it printed. */
async function sluice(input: string, ...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
	const printed = { stdout: "", stderr: "" };
	const streams = {
		stdout: { write: (text: string) => (printed.stdout += text) },
		stderr: { write: (text: string) => (printed.stderr += text) },
	};
	const program = new Command("sluice").exitOverride();
	addTestCommand(program, streams);
	addBuildCommand(program, streams);
	addEvalCommand(program, { streams, stdin: Readable.from([Buffer.from(input)]) });
	await program.parseAsync(args, { from: "user" });
	return printed;
}

test("sluice test verifies tokens in the linked filter as in OPA", async () => {
	const { stdout } = await sluice("", "test", dir);
	assert.equal(stdout, " ✓ 4 tests pass in OPA, 4 in the linked filter\n");
});

test("sluice eval verifies a token", async () => {
	const rego = await readFile(join(dir, "tokens/tokens_test.rego"), "utf8");
	const [, token = ""] = /^es256 := "(.*)"$/m.exec(rego) ?? [];
	const evaluate = async (text: string) => {
		const input = JSON.stringify({ request: { headers: { "x-token": text } } });
		const { stdout } = await sluice(input, "eval", "-e", "tokens/claims", "-i", "-", "-o", "json", dir);
		return JSON.parse(stdout);
	};
	const good = await evaluate(token);
	assert.deepEqual(good.decision, { allowed: true, rule: "token", headers: { "x-user": "anna" } });
	assert.deepEqual([good.status, good.placement], ["ok", "proxy"]);
	assert.deepEqual((await evaluate(`${token.slice(0, -4)}AAAA`)).decision, { allowed: false, rule: "no_token" });
});

test("sluice build warns of a private key in data that Envoy shows", async (context) => {
	const folder = await policyFolder(context, {
		"sluice.yaml": policyDocument({ placement: "proxy" }),
		"shop/authz.rego": "package shop.authz\n\ndecision := true\n",
		"shop/data.json": '{"shop": {"key": {"kty": "oct", "k": "AAAA"}}}',
	});
	const { stderr } = await sluice("", "build", folder, "--out", join(folder, "out"));
	assert.equal(
		stderr,
		"data.shop.key: warning: a secret, shown by Envoy's /config_dump, because Policy shop runs in the proxy: take it out of the data, or give every Policy placement: mixer\n",
	);
});
