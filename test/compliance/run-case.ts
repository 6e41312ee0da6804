import { MixerError } from "../../mixer/error.ts";
import { dataNumberKeys } from "../../mixer/policy/data-number-keys.ts";
import { guardModule } from "../../mixer/policy/link/guarded-module.ts";
import { linkFilter } from "../../mixer/policy/link/link.ts";
import { evaluatingExports, LinkedInstance } from "../../mixer/policy/link/linked-instance.ts";
import { measurePolicy } from "../../mixer/policy/link/measure-policy.ts";
import { PolicyNetwork } from "../../mixer/policy/network/policy-network.ts";
import type { LinkableFilter } from "../../mixer/policy/place-policies.ts";
import { placePolicy } from "../../mixer/policy/placement.ts";
import { analysePlan } from "../../mixer/policy/plan-analysis.ts";
import { hostBuiltinsOf, PolicyInstance } from "../../mixer/policy/policy-instance.ts";
import type { CompiledCase } from "./compile-case.ts";
import type { Outcome } from "./outcome.ts";
import { somePluginConfig, somePolicy } from "./policy.ts";

/** Where a case is run. */
export const places = ["mixer", "proxy"] as const;
export type Place = (typeof places)[number];

/** What policies may ask: the cases ask for addresses, which have themselves, and for this machine. */
const network = new PolicyNetwork({
	hosts: ["localhost", "127.0.0.1", "10.0.0.0", "::"],
	timeoutMs: 5000,
	responseBytes: 1024,
	cacheBytes: 0,
});

/** Ends what the cases left running. */
export function endRuns(): void {
	network.close();
}

/** What an evaluation in the proxy may spend: far more than a case takes. */
const FUEL = 100_000_000;

/** Memory of an evaluation in the proxy beside the data, in pages of 64 KiB. */
const EXTRA_PAGES = 256;

const REVISION = "0".repeat(64);

export interface RunOptions {
	readonly place: Place;
	readonly filter: LinkableFilter;
	/** As the Policy says that the case stands for. */
	readonly strictBuiltinErrors: boolean;
}

/** Places a case as a build does a Policy that asks for the place, and evaluates it there. */
export function runCase(
	compiled: CompiledCase,
	input: string | undefined,
	{ place, filter, strictBuiltinErrors }: RunOptions,
): Outcome {
	const { plan, entrypoint, policyWasm, data } = compiled;
	const missed = dataNumberKeys(plan, data);
	if (missed.length > 0) return { type: "refused", message: missed.join("\n") };
	const reads = analysePlan(plan, entrypoint);
	const placed = placePolicy({
		policy: somePolicy(entrypoint, place),
		reads,
		leftToHost: new Set(hostBuiltinsOf(policyWasm)),
		proxyBuiltins: filter.builtins,
		hosts: network.settings.hosts,
		data: { bytes: 0, maxBytes: 0 },
	});
	if ("faults" in placed) return { type: "refused", message: placed.faults.join("\n") };
	const bytes = Buffer.from(input ?? "");
	const builtins = new Set(reads.builtins.map(({ name }) => name));
	try {
		const how = { filter, builtins, strictBuiltinErrors };
		return place === "mixer" ? runInMixer(compiled, bytes, how) : runInProxy(compiled, bytes, how);
	} catch (error) {
		return { type: "error", message: MixerError.from(error).message };
	}
}

interface RunningOptions extends Omit<RunOptions, "place"> {
	/** What the case calls. */
	readonly builtins: ReadonlySet<string>;
}

function runInMixer(
	{ policyWasm, data, entrypoint }: CompiledCase,
	input: Uint8Array,
	{ builtins, ...how }: RunningOptions,
): Outcome {
	const module = new WebAssembly.Module(new Uint8Array(guardModule({ policyWasm, builtins })));
	const instance = new PolicyInstance({ module, data, now: Date.now, network });
	return outcomeOf(instance.evaluate(instance.entrypoints.get(entrypoint) ?? -1, input, how));
}

function runInProxy(
	{ policyWasm, data, entrypoint }: CompiledCase,
	input: Uint8Array,
	{ filter, builtins, ...how }: RunningOptions,
): Outcome {
	const policy = { ...measurePolicy({ policyWasm, data, extraPages: EXTRA_PAGES }), policyWasm, builtins };
	const linked = linkFilter({ filter: filter.wasm, policy, keep: evaluatingExports });
	const instance = new LinkedInstance({
		module: new WebAssembly.Module(new Uint8Array(linked)),
		vmConfig: `${REVISION}\n${Buffer.from(data).toString("utf8")}`,
		pluginConfig: somePluginConfig(REVISION),
		now: Date.now,
	});
	const { value, fault } = instance.evaluate(instance.entrypoints.get(entrypoint) ?? -1, input, FUEL, how);
	return fault === undefined ? outcomeOf(value) : { type: "error", message: fault };
}

function outcomeOf(json: string | undefined): Outcome {
	return json === undefined ? { type: "undefined" } : { type: "value", json };
}
