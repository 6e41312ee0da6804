import { NetworkError, type PolicyNetwork } from "../network/policy-network.ts";
import type { BuiltinContext, BuiltinFamily } from "./host-builtin.ts";
import { readRequest } from "./http-request.ts";
import { responseValue } from "./http-response.ts";
import { cachedOrSent } from "./http-reuse.ts";
import type { RegoObject } from "./jwt-token.ts";
import { fromPlain, set, text } from "./make-value.ts";
import { operand, stringOperand } from "./operands.ts";
import { printValue, type RegoValue } from "./rego-value.ts";
import { UnsupportedError } from "./unsupported-error.ts";

type Arguments = readonly RegoValue[];

/** What needs the network, and so hosts that an operator lists. */
export const httpBuiltins: BuiltinFamily = [
	["http.send", httpSend],
	["net.lookup_ip_addr", lookUp],
];

function lookUp(args: Arguments, context: BuiltinContext): RegoValue {
	const name = stringOperand(args, 0);
	return context.once(`net.lookup_ip_addr ${name}`, () => set(networkOf(context).lookUp(name).map(text)));
}

/** Told where a build is proven: it makes no requests. */
export const NO_NETWORK = "no request is made here";

function networkOf({ network }: BuiltinContext): PolicyNetwork {
	if (network === undefined) throw new UnsupportedError(NO_NETWORK);
	return network;
}

function httpSend(args: Arguments, context: BuiltinContext): RegoValue {
	const request = operand(args, 0, "object");
	const raisesErrors = booleanOption(request, "raise_error") ?? true;
	const network = networkOf(context);
	try {
		const key = cacheKey(request);
		return context.once(`http.send ${key}`, () => answer(request, { key, network, context }));
	} catch (error) {
		if (raisesErrors) throw error;
		const code =
			error instanceof NetworkError && error.fault.isNetwork
				? "eval_http_send_network_error"
				: "eval_http_send_internal_error";
		return fromPlain({
			status_code: 0,
			error: { code, message: error instanceof Error ? error.message : String(error) },
		});
	}
}

/** What makes requests equal: all of one, but for the headers that it says don't count. */
function cacheKey(request: RegoObject): string {
	const ignored = request.members.find(([key]) => isNamed(key, "cache_ignored_headers"))?.[1];
	const names = ignored?.type === "array" ? ignored.items : [];
	if (ignored !== undefined && (ignored.type !== "array" || names.some(({ type }) => type !== "string"))) {
		throw new Error("cache_ignored_headers must be an array of strings");
	}
	const counted = names.map(printValue);
	const members = request.members
		.filter(([key]) => !isNamed(key, "cache_ignored_headers"))
		.map(([key, value]) => {
			if (!isNamed(key, "headers") || value.type !== "object") return [key, value] as const;
			const kept = value.members.filter(([name]) => !counted.includes(printValue(name)));
			return [key, { ...value, members: kept }] as const;
		});
	return printValue({ type: "object", members });
}

function answer(request: RegoObject, { key, network, context }: Asking): RegoValue {
	const decoding = {
		isJson: booleanOption(request, "force_json_decode") ?? false,
		isYaml: booleanOption(request, "force_yaml_decode") ?? false,
	};
	const sent = readRequest(request, network.settings);
	const nowMs = Number(context.nowNs / 1_000_000n);
	const response = usesCache(request)
		? cachedOrSent(sent, { key, network, nowMs, forcedSeconds: forcedSeconds(request) })
		: network.send(sent);
	return responseValue(response, decoding);
}

interface Asking {
	readonly key: string;
	readonly network: PolicyNetwork;
	readonly context: BuiltinContext;
}

/** Whether other evaluations' responses are good enough. */
function usesCache(request: RegoObject): boolean {
	const [isAsked, isForced] = [booleanOption(request, "cache"), booleanOption(request, "force_cache")];
	return isAsked === true || isForced === true;
}

/** How long a response is kept whatever it says of itself. */
function forcedSeconds(request: RegoObject): number | undefined {
	if (booleanOption(request, "force_cache") !== true) return undefined;
	const duration = request.members.find(([key]) => isNamed(key, "force_cache_duration_seconds"))?.[1];
	if (duration === undefined) {
		throw new Error("'force_cache' set but 'force_cache_duration_seconds' parameter is missing");
	}
	const seconds = duration.type === "number" ? Number(duration.text) : Number.NaN;
	if (Number.isInteger(seconds)) return seconds > 0 ? seconds : undefined;
	throw new Error(`invalid value ${printValue(duration)} for force_cache_duration_seconds`);
}

function booleanOption(request: RegoObject, name: string): boolean | undefined {
	const value = request.members.find(([key]) => isNamed(key, name))?.[1];
	if (value === undefined || value.type === "boolean") return value?.value;
	throw new Error(`invalid value for "${name}" field`);
}

function isNamed(key: RegoValue, name: string): boolean {
	return key.type === "string" && key.value === name;
}
