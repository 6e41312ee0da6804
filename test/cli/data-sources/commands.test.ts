import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { Command } from "commander";
import { adapterSchemas } from "../../../cli/adapter-schemas.ts";
import { addBuildCommand } from "../../../cli/commands/build.ts";
import { validate } from "../../../cli/commands/validate.ts";
import { configurationFolder } from "../../galley/folder.ts";

function source(name: string, config: string): string {
	const spec = `{adapter: list, path: ${name}, expireAfter: 1h, onExpired: keep, config: ${config}}`;
	return `---\napiVersion: sluice.dev/v1alpha1\nkind: DataSource\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
}

const POLICY = `apiVersion: sluice.dev/v1alpha1
kind: Policy
metadata: {name: books}
spec: {bundle: bookstore, entrypoint: bookstore/authz/decision, failureMode: deny}
`;

const AWAY = source("away", "{entries: strings, url: 'https://127.0.0.1:9/list.txt'}");

async function validated(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
	let written = "";
	const stream = { write: (text: string) => (written += text) };
	const dir = await configurationFolder(t, files);
	const streams = { stdout: stream, stderr: stream };
	await validate({ dir, output: { output: "text" }, streams, adapters: adapterSchemas() });
	return written.replaceAll(dir, "DIR");
}

describe("sluice validate", () => {
	test("reads files, and asks the network nothing", async (t) => {
		const yaml = POLICY + source("blocked", "{entries: addresses, file: blocked.txt}") + AWAY;
		assert.equal(
			await validated(t, { "a.yaml": yaml, "blocked.txt": "10.0.0.0/8\n" }),
			"DIR: valid, 1 policy, 0 handlers\n",
		);
		assert.equal(
			await validated(t, { "a.yaml": yaml, "blocked.txt": "10.0.0.0/8\n10.0.0\n\n10.0.0.1/\n" }),
			`a.yaml:6:1 spec.config: DataSource blocked: blocked.txt:2: "10.0.0" must be an IP address or range, such as 203.0.113.7 or 2001:db8::/32
a.yaml:6:1 spec.config: DataSource blocked: blocked.txt:4: "10.0.0.1/" must be an IP address or range, such as 203.0.113.7 or 2001:db8::/32
DIR: 2 errors
`,
		);
	});

	test("finds settings that cannot work", async (t) => {
		const yaml =
			POLICY +
			source("blocked", "{entries: strings}") +
			source("more", "{entries: strings, url: 'http://a.example/l'}");
		assert.equal(
			await validated(t, { "a.yaml": yaml }),
			`a.yaml:6:1 spec.config: DataSource blocked: spec.config: name either a file or a url
a.yaml:11:1 spec.config: DataSource more: http://a.example/l is not https: with spec.config.allowHttp: true it is used all the same
DIR: 2 errors
`,
		);
	});
});

test("sluice build fails where a source cannot be read, and says which", async (t) => {
	const dir = await configurationFolder(t, { "a.yaml": POLICY + AWAY });
	const program = new Command("sluice").exitOverride();
	addBuildCommand(program, { stdout: { write() {} }, stderr: { write() {} } });
	const running = program.parseAsync(["build", dir, "--out", `${dir}/out`], { from: "user" });
	await assert.rejects(running, {
		code: "invalid",
		message: "a.yaml:6: DataSource away: https://127.0.0.1:9/list.txt: connect ECONNREFUSED 127.0.0.1:9",
	});
});
