import type { TestContext } from "node:test";
import type { HttpSendSettings } from "../../../../galley/snapshot.ts";
import { PolicyNetwork } from "../../../../mixer/policy/network/policy-network.ts";
import { PolicyInstance } from "../../../../mixer/policy/policy-instance.ts";
import { compileModule } from "../compile-module.ts";
import { policyFolder } from "../policy-folder.ts";

export const settings: HttpSendSettings = {
	hosts: ["127.0.0.1:1"],
	timeoutMs: 5000,
	responseBytes: 10_000,
	cacheBytes: 100_000,
};

/** A policy whose decision is the value of an expression over `input`, and may ask the network. */
export async function policyCall(
	test: TestContext,
	{
		expression,
		network: given = {},
		now = Date.now,
	}: { expression: string; network?: Partial<HttpSendSettings>; now?: () => number },
): Promise<(input: unknown) => unknown> {
	const dir = await policyFolder(test, { "shop/authz.rego": `package shop.authz\n\ndecision := ${expression}\n` });
	const module = new WebAssembly.Module(new Uint8Array(await compileModule(dir)));
	const network = new PolicyNetwork({ ...settings, ...given });
	test.after(() => network.close());
	return (input) => {
		const instance = new PolicyInstance({ module, data: Buffer.from("{}"), now, network });
		const answer = instance.evaluate(0, Buffer.from(JSON.stringify(input)));
		return answer === undefined ? undefined : JSON.parse(answer);
	};
}
