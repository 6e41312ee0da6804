import type { Build } from "../../../mixer/policy/requirements.ts";
import { computeRevision } from "../../../mixer/policy/revision.ts";

const limits = { inputBytes: 65_536, inputDepth: 64, inputKeys: 1024, numberDigits: 64, fuel: 2_000_000 };

/** A build as it is written and read, whose module is a word. Nothing can run it. */
export function smallBuild(word: string, options: { module?: Uint8Array } = {}): Build {
	const { module = Buffer.from(word) } = options;
	const config = { cluster: "sluice-mixer", limits, cache: { ttlMs: 1000 }, policies: [], report: { attributes: [] } };
	const [policyWasm, data] = [new Uint8Array(), Buffer.from("{}")];
	const revision = computeRevision({ policyWasm, module, data, pluginConfig: JSON.stringify(config) });
	const policy = {
		name: word,
		entrypoint: "a/b",
		placement: "proxy",
		deterministic: true,
		strictBuiltinErrors: false,
		body: "none",
	} as const;
	const policies = [{ ...policy, inputs: [["request", "method"]], builtins: [] }];
	return {
		requirements: { revision, opaVersion: "1.22.2", policies, reportAttributes: [] },
		...{ module, policyWasm, data },
		pluginConfig: JSON.stringify({ revision, ...config }),
		testsPassed: 3,
	};
}
