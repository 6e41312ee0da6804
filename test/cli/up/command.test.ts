import assert from "node:assert/strict";
import { test } from "node:test";
import { Command } from "commander";
import { addUpCommand } from "../../../cli/commands/up.ts";
import { choosePorts, portUses } from "../../../cli/up/up-ports.ts";
import { buildTestConfiguration, testConfiguration } from "../../support/configuration.ts";

for (const [what, args, message] of [
	["no configuration", [], "error: required option '--config <dir>' not specified"],
	[
		"a port that is none",
		["--config", ".", "--port", "65536"],
		"error: option '--port <port>' argument '65536' is invalid. a port is a number from 1 to 65535.",
	],
	[
		"an upstream without a port",
		["--config", ".", "--upstream", "localhost"],
		"error: option '--upstream <host:port>' argument 'localhost' is invalid. say HOST:PORT, such as 127.0.0.1:3000 or [::1]:3000.",
	],
] as const) {
	test(`refuses ${what}`, async () => {
		let said = "";
		const program = new Command("sluice").exitOverride();
		program.configureOutput({
			writeErr: (text) => {
				said += text;
			},
		});
		addUpCommand(program);
		for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
		await assert.rejects(program.parseAsync(["node", "sluice", "up", ...args]));
		assert.equal(said, `${message}\n`);
	});
}

test("takes ports from the command line, else from the Settings, and the sample's only with the sample", async () => {
	const { snapshot } = await buildTestConfiguration(testConfiguration("shop"));
	const ports = choosePorts({ listener: 1234, catalogue: 1235 }, snapshot.settings);
	const mesh = { listener: 1234, envoyAdmin: 9901, mixer: 9091, discovery: 9092, admin: 9093 };
	assert.deepEqual(ports, { ...mesh, storefront: 8081, catalogue: 1235 });
	assert.deepEqual(
		portUses(ports, { sample: false }).map(({ port }) => port),
		[1234, 9901, 9091, 9092, 9093],
	);
	assert.equal(portUses(ports, { sample: true }).length, 7);
});
