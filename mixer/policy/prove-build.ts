import { MixerError } from "../error.ts";
import { NO_NETWORK } from "./builtins/http-send.ts";
import { describeHostless, describeRefused, networkBuiltins, refusedBuiltins } from "./builtins/registry.ts";
import { hostBuiltinsOf, PolicyInstance } from "./policy-instance.ts";
import type { Build } from "./requirements.ts";

const EMPTY_INPUT = Buffer.from("{}");

/**
 * Loads a build as the Mixer will and evaluates every Policy placed in it once, with nothing known of the request.
 *
 * @throws MixerError "invalid" where that fails.
 */
export function proveBuild({ requirements, policyWasm, data }: Build): void {
	const policies = requirements.policies.filter(({ placement }) => placement === "mixer");
	if (policies.length === 0) return;
	const refused = refusedBuiltins(
		policies.flatMap(({ builtins }) => builtins),
		[],
	);
	if (refused.length > 0) throw new MixerError("invalid", describeRefused(refused));
	const asking = hostBuiltinsOf(policyWasm).filter((name) => networkBuiltins.has(name));
	if (asking.length > 0 && !requirements.httpSend?.hosts.length) {
		throw new MixerError("invalid", describeHostless(asking));
	}
	const module = new WebAssembly.Module(policyWasm);
	for (const { name, entrypoint, strictBuiltinErrors } of policies) {
		const instance = new PolicyInstance({ module, data, now: () => 0 });
		const id = instance.entrypoints.get(entrypoint);
		if (id === undefined) throw new MixerError("invalid", `the compiled module has no entrypoint ${entrypoint}`);
		try {
			instance.evaluate(id, EMPTY_INPUT, { strictBuiltinErrors });
		} catch (error) {
			const { message } = MixerError.from(error);
			if (message.endsWith(NO_NETWORK)) continue;
			throw new MixerError("invalid", `Policy ${name} fails on an empty input: ${message}`, { cause: error });
		}
	}
}
