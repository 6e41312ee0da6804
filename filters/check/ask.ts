import { InputResult, writeInput } from "../attributes/input";
import { callGrpc, lastGrpcToken } from "../host/grpc";
import { Status } from "../host/status";
import { Plugin } from "../plugin";
import { Stream } from "../stream";
import { Slice } from "../wire/slice";
import { writeCheckRequest } from "./check-request";

const SERVICE = Slice.of("sluice.mixer.v1.Mixer");
const METHOD = Slice.of("Check");

/** What became of a question. */
export enum Asked {
	/** The answer comes in a callback that names the token. */
	Waiting = 0,
	/** The request can't be made into an input document within the limits. */
	BadInput = 1,
	/** Envoy couldn't make the call. */
	Failed = 2,
}

/** The token of the last question that is `Waiting`. */
export let askedToken: u32 = 0;

/** Puts one request to the Mixer: the selected Policies' entrypoints, and what they can read of it. */
export function ask(plugin: Plugin, stream: Stream, selected: u64): Asked {
	let config = plugin.config;
	let input = plugin.input;
	input.reset();
	if (writeInput(plugin.plans.of(selected), stream.bag, config.limits, input) != InputResult.Ok) return Asked.BadInput;
	let request = plugin.request;
	writeCheckRequest(request, plugin.origin, config.revision, config.policies, selected, input, stream.outcome.id);
	if (request.overflowed) return Asked.BadInput;
	let timeoutMs = longestDeadline(plugin, selected);
	if (callGrpc(plugin.target, SERVICE, METHOD, request.ptr, request.size, timeoutMs) != Status.Ok) return Asked.Failed;
	askedToken = lastGrpcToken();
	plugin.stats.checkSent();
	return Asked.Waiting;
}

/** The Mixer holds each Policy to its own deadline; the call may take as long as the most patient one. */
function longestDeadline(plugin: Plugin, selected: u64): u32 {
	let policies = plugin.config.policies;
	let longest: u32 = 1;
	for (let i = 0; i < policies.length; i++) {
		if ((selected & ((<u64>1) << i)) != 0) longest = max(longest, unchecked(policies[i]).deadlineMs);
	}
	return longest;
}
