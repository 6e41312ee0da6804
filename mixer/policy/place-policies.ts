import type { Policy } from "../../galley/snapshot.ts";
import { MixerError } from "../error.ts";
import type { CompiledModule } from "./compile.ts";
import { dataNumberKeys } from "./data-number-keys.ts";
import { guardModule } from "./link/guarded-module.ts";
import { linkFilter } from "./link/link.ts";
import { evaluatingExports } from "./link/linked-instance.ts";
import { measurePolicy } from "./link/measure-policy.ts";
import type { Plan } from "./plan.ts";
import type { PolicyCompiler } from "./policy-compiler.ts";
import { hostBuiltinsOf } from "./policy-instance.ts";
import { type RequiredPolicy, requirePolicies } from "./policy-requirements.ts";
import { type SourceData, withSourceData } from "./source-data.ts";

/** The filter that policies are linked into. */
export interface LinkableFilter {
	/** build/filter/http.link.wasm */
	readonly wasm: Uint8Array;
	/** OPA's names of the built-ins it has. */
	readonly builtins: ReadonlySet<string>;
}

export interface PlaceOptions {
	readonly compiler: PolicyCompiler;
	readonly policies: readonly Policy[];
	readonly filter: LinkableFilter;
	/** Memory of an evaluation in the proxy beside the data, in pages of 64 KiB. */
	readonly extraPages: number;
	/** Hosts that policies in the Mixer may ask. */
	readonly hosts: readonly string[];
	/** Data beyond this many bytes keep a Policy that doesn't ask for the proxy out of it. */
	readonly proxyDataBytes: number;
	/** What data sources add to the policies' data. */
	readonly dataSources: readonly SourceData[];
}

/** All Policies, compiled for the places they run in. */
export interface PlacedPolicies {
	/** In the order given. */
	readonly required: readonly RequiredPolicy[];
	/** The linked filter, with `evaluatingExports`. */
	readonly evaluable: Uint8Array;
	/** The same as Envoy gets it. */
	readonly module: Uint8Array;
	/** The Policies placed in the Mixer, guarded (link/guarded-module.ts); empty where there is none. */
	readonly policyWasm: Uint8Array;
	readonly data: Uint8Array;
	/** What it all was found out from; undefined without a Policy. */
	readonly plan: Plan | undefined;
}

/**
 * Compiles the Policies, chooses where each runs, and links those placed in the proxy into the filter. A place whose
 * Policies are not all of them gets a module of its own: the other's built-ins may be missing there.
 *
 * @throws MixerError "invalid" with every fault.
 */
export async function placePolicies(options: PlaceOptions): Promise<PlacedPolicies> {
	const { policies, filter, extraPages, compiler } = options;
	const { all, required, plan } = await requireAll(options);
	const [inProxy, inMixer] = await Promise.all(
		(["proxy", "mixer"] as const).map(async (place) => {
			const placed = required.filter(({ requirements }) => requirements.placement === place);
			if (placed.length === 0) return undefined;
			if (placed.length === policies.length) return all;
			return withData(await compiler.module(placed.map(({ policy }) => policy)), options);
		}),
	);
	const policy = inProxy && {
		...measurePolicy({ ...inProxy, extraPages }),
		policyWasm: inProxy.policyWasm,
		builtins: calledIn("proxy", required),
	};
	const bodies = required.some(({ requirements }) => requirements.body !== "none");
	const link = { filter: filter.wasm, bodies, ...(policy && { policy }) };
	const module = linkFilter(link);
	const evaluable = policy ? linkFilter({ ...link, keep: evaluatingExports }) : module;
	const policyWasm = inMixer ? guardModule({ ...inMixer, builtins: calledIn("mixer", required) }) : new Uint8Array();
	return { required, evaluable, module, policyWasm, data: all.data, plan };
}

function calledIn(place: "proxy" | "mixer", required: readonly RequiredPolicy[]): ReadonlySet<string> {
	const placed = required.filter(({ requirements }) => requirements.placement === place);
	return new Set(placed.flatMap(({ requirements }) => requirements.builtins));
}

function withData({ policyWasm, data }: CompiledModule, { dataSources }: PlaceOptions): CompiledModule {
	return { policyWasm, data: withSourceData(data, dataSources) };
}

async function requireAll(
	options: PlaceOptions,
): Promise<{ all: CompiledModule; required: RequiredPolicy[]; plan: Plan | undefined }> {
	const { policies, filter, hosts, proxyDataBytes, compiler } = options;
	const nothing = { policyWasm: new Uint8Array(), data: Buffer.from("{}") };
	if (policies.length === 0) return { all: nothing, required: [], plan: undefined };
	const [compiled, plan] = await Promise.all([compiler.module(policies), compiler.plan(policies)]);
	const all = withData(compiled, options);
	const missed = dataNumberKeys(plan, all.data);
	if (missed.length > 0) throw new MixerError("invalid", missed.join("\n"));
	const leftToHost = new Set(hostBuiltinsOf(all.policyWasm));
	const data = { bytes: all.data.length, maxBytes: proxyDataBytes };
	const sources = { plan, leftToHost, proxyBuiltins: filter.builtins, hosts, data };
	return { all, required: requirePolicies(policies, sources), plan };
}
