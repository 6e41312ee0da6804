import type { Policy } from "../../galley/snapshot.ts";
import {
	describeHostless,
	describeRefused,
	networkBuiltins,
	refusedBuiltins,
	trappingBuiltins,
} from "./builtins/registry.ts";
import { type BuiltinCall, describeBuiltin, type PlanReads } from "./plan-reads.ts";

/** What decides where a Policy can run. */
export interface PlacementQuestion {
	readonly policy: Policy;
	readonly reads: PlanReads;
	/** Built-ins that the compiled policies leave to their host. */
	readonly leftToHost: ReadonlySet<string>;
	/** Those of them that the filter has. */
	readonly proxyBuiltins: ReadonlySet<string>;
	/** Hosts that policies in the Mixer may ask. */
	readonly hosts: readonly string[];
	readonly data: DataSize;
}

/** How large the data of all Policies are, as JSON, and how large they may be in the proxy where nobody asks for it. */
export interface DataSize {
	readonly bytes: number;
	readonly maxBytes: number;
}

/** Where a Policy runs and what keeps it out of the proxy; or why it can run nowhere that it may. */
export type Placement =
	| { readonly placement: "proxy" | "mixer"; readonly keptOut: readonly BuiltinCall[] }
	| { readonly faults: readonly string[] };

/**
 * Chooses where a Policy runs: `auto` takes the proxy if it has every built-in and the data are not too large for it, else
 * the Mixer if that has every built-in.
 *
 * @returns faults with file and line for each built-in that the place asked for lacks.
 */
export function placePolicy(question: PlacementQuestion): Placement {
	const { policy, reads, data } = question;
	const keptOut = lackedBy("proxy", question);
	const isTooMuch = policy.placement === "auto" && data.bytes > data.maxBytes;
	if (policy.placement !== "mixer" && keptOut.length === 0 && !isTooMuch) return { placement: "proxy", keptOut };
	if (policy.placement === "proxy") return { faults: keptOut.map((call) => describeKeptOut(call, policy)) };
	const refused = new Set(lackedBy("mixer", question).map(({ name }) => name));
	if (refused.size === 0) return { placement: "mixer", keptOut };
	return { faults: reads.builtins.filter(({ name }) => refused.has(name)).map(describeCall) };
}

/** The calls of built-ins that a place can't run, by OPA's own module or by itself. */
function lackedBy(place: "proxy" | "mixer", question: PlacementQuestion): BuiltinCall[] {
	const { reads, leftToHost, proxyBuiltins, hosts } = question;
	const names = reads.builtins.map(({ name }) => name);
	const left = names.filter((name) => leftToHost.has(name));
	const damaging = refusedBuiltins(names, []);
	const isKeptOut = (name: string) => trappingBuiltins.has(name) || (leftToHost.has(name) && !proxyBuiltins.has(name));
	const refused = () => [...refusedBuiltins([], left), ...withoutHosts(left, hosts)];
	const lacked = place === "mixer" ? refused() : names.filter(isKeptOut);
	const isBeyond = ({ beyondProxy }: BuiltinCall) => place === "proxy" && beyondProxy !== undefined;
	return reads.builtins.filter((call) => damaging.includes(call.name) || lacked.includes(call.name) || isBeyond(call));
}

function describeKeptOut(call: BuiltinCall, policy: Policy): string {
	const { place } = call;
	const asker = `${policy.file}:${policy.line} Policy ${policy.name} asks for placement proxy`;
	return `${place.file}:${place.row}: the proxy cannot run the built-in ${describeBuiltin(call)}, and ${asker}`;
}

/** What asks the network, where nothing of it may be asked. */
function withoutHosts(names: readonly string[], hosts: readonly string[]): string[] {
	return hosts.length > 0 ? [] : names.filter((name) => networkBuiltins.has(name));
}

function describeCall({ name, place }: BuiltinCall): string {
	const what = networkBuiltins.has(name) ? describeHostless([name]) : describeRefused([name]);
	return `${place.file}:${place.row}: ${what}`;
}
