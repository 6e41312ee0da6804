import { Bag } from "../attributes/bag";
import { InputResult, writeInput } from "../attributes/input";
import { callGrpc, lastGrpcToken } from "../host/grpc";
import { Status } from "../host/status";
import { Plugin } from "../plugin";
import { sipHash } from "../wire/hash";
import { Slice } from "../wire/slice";
import { writeCheckRequest } from "./check-request";

const SERVICE = Slice.of("sluice.mixer.v1.Mixer");
const METHOD = Slice.of("Check");
const NS_PER_MS: u64 = 1000000;

/** What became of a question. */
export enum Asked {
	/** The answer comes in a callback that names the token. */
	Waiting = 0,
	/** The request can't be made into an input document within the limits. */
	BadInput = 1,
	/** Envoy couldn't make the call. */
	Failed = 2,
	/** The answer is known, and opened in the plugin's `response`. */
	Known = 3,
}

/** The token of the last question that is `Waiting`. */
export let askedToken: u32 = 0;
/** Of the input of the last question: an answer is kept only if the request still makes the same one. */
export let askedHash: u64 = 0;

const known = new Slice();

/**
 * Puts one request to the Mixer: the selected Policies' entrypoints, and what they can read of it. What was answered
 * before and still holds is not asked again, and who asks what is being asked already waits for that call; but each
 * request asks for itself where a Policy reads time or randomness.
 *
 * @param context of the stream or connection that waits for the answer.
 */
export function ask(plugin: Plugin, bag: Bag, context: u32, selected: u64, nowNs: u64): Asked {
	if (!makeInput(plugin, bag, selected)) return Asked.BadInput;
	if ((selected & plugin.sets.volatile) != 0) return call(plugin, bag, context, selected);
	let input = plugin.input;
	let hit = plugin.cache.get(selected, input.ptr, input.size, nowNs, known) && openKnown(plugin);
	plugin.stats.cacheAsked(hit);
	if (hit) return Asked.Known;
	askedToken = plugin.pending.join(selected, input.ptr, input.size, context);
	if (askedToken != 0) {
		plugin.stats.checkJoined();
		return Asked.Waiting;
	}
	return call(plugin, bag, context, selected);
}

/** Writes the input into the plugin's `input`; false where it is over a limit. */
function makeInput(plugin: Plugin, bag: Bag, selected: u64): bool {
	let input = plugin.input;
	input.reset();
	if (writeInput(plugin.plans.of(selected), bag, plugin.config.limits, input) != InputResult.Ok) return false;
	askedHash = sipHash(input.ptr, input.size, plugin.seed, selected);
	return true;
}

/** Opens a kept answer in a place of its own: the Policies in the proxy ask the cache before all of it is read. */
function openKnown(plugin: Plugin): bool {
	let message = plugin.known;
	message.reset();
	message.raw(known.ptr, known.size);
	return plugin.response.open(message.ptr, message.size);
}

function call(plugin: Plugin, bag: Bag, context: u32, selected: u64): Asked {
	let config = plugin.config;
	let input = plugin.input;
	let request = plugin.request;
	writeCheckRequest(request, plugin.origin, config.revision, config.policies, selected, input, bag.outcome.id);
	if (request.overflowed) return Asked.BadInput;
	let timeoutMs = longestDeadline(plugin, selected);
	if (callGrpc(plugin.target, SERVICE, METHOD, request.ptr, request.size, timeoutMs) != Status.Ok) return Asked.Failed;
	askedToken = lastGrpcToken();
	plugin.pending.add(askedToken, selected, input.ptr, input.size, context);
	plugin.stats.checkSent();
	return Asked.Waiting;
}

/**
 * Keeps an answer of the Mixer's, opened in the plugin's `response`, for as long as all of it holds.
 *
 * @param hash of the input that was asked about: what Envoy knows of a request, such as its route, can have changed.
 */
export function keepAnswer(
	plugin: Plugin,
	bag: Bag,
	selected: u64,
	hash: u64,
	message: Slice,
	allowed: bool,
	nowNs: u64,
): void {
	let validMs = plugin.response.validMs;
	if (!allowed) validMs = min<u64>(validMs, plugin.config.cache.denialTtlMs);
	if (validMs == 0 || (selected & plugin.sets.volatile) != 0) return;
	if (!makeInput(plugin, bag, selected) || askedHash != hash) return;
	let input = plugin.input;
	let expiresNs = nowNs + validMs * NS_PER_MS;
	plugin.cache.put(selected, input.ptr, input.size, message.ptr, message.size, expiresNs, nowNs);
}

/** The Mixer holds each Policy to its own deadline; the call may take as long as the most patient one. Milliseconds. */
export function longestDeadline(plugin: Plugin, selected: u64): u32 {
	let policies = plugin.config.policies;
	let longest: u32 = 1;
	for (let i = 0; i < policies.length; i++) {
		if ((selected & ((<u64>1) << i)) != 0) longest = max(longest, unchecked(policies[i]).deadlineMs);
	}
	return longest;
}
