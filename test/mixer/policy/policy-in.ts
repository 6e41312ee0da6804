import type { TestContext } from "node:test";
import { MixerError } from "../../../mixer/error.ts";
import { LinkedInstance } from "../../../mixer/policy/link/linked-instance.ts";
import { PolicyInstance } from "../../../mixer/policy/policy-instance.ts";
import { vmConfig } from "../../../mixer/policy/vm-config.ts";
import { buildDir, policyDocument, policyFolder } from "./policy-folder.ts";

export type Place = "mixer" | "proxy";

/** A Policy in one place, with the rule shop.authz.decision: what it answers, or the fault that denies. */
export async function policyIn(
	context: TestContext,
	place: Place,
	{ strict, text }: { strict: boolean; text: string },
) {
	const more = `, strictBuiltinErrors: ${strict}`;
	const files = { "sluice.yaml": policyDocument({ placement: place, more }), "shop/authz.rego": text };
	const dir = await policyFolder(context, files);
	const build = await buildDir(dir);
	const how = { strictBuiltinErrors: strict };
	if (place === "proxy") {
		const module = new WebAssembly.Module(new Uint8Array(build.evaluable));
		const { pluginConfig } = build;
		const instance = new LinkedInstance({ module, vmConfig: vmConfig(build), pluginConfig, now: () => 0 });
		const evaluate = (input: string) => {
			const { value, fault } = instance.evaluate(0, Buffer.from(input), 2_000_000, how);
			return fault === undefined ? parsed(value) : { fault };
		};
		return { dir, evaluate };
	}
	const module = new WebAssembly.Module(new Uint8Array(build.policyWasm));
	const evaluate = (input: string) => {
		const instance = new PolicyInstance({ module, data: build.data, now: () => 0 });
		try {
			return parsed(instance.evaluate(0, Buffer.from(input), how));
		} catch (error) {
			return { fault: MixerError.from(error).message };
		}
	};
	return { dir, evaluate };
}

function parsed(value: string | undefined): unknown {
	return value === undefined ? undefined : JSON.parse(value);
}
