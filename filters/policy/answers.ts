import { Bag } from "../attributes/bag";
import { InputResult, writeInput } from "../attributes/input";
import { AnswerStatus, CheckResponse } from "../check/check-response";
import { Policy } from "../config/config";
import { Plugin } from "../plugin";
import { Slice } from "../wire/slice";
import { strictBuiltinErrors } from "./linked/builtin-call";
import { Evaluated, linkedPolicy } from "./linked/linked-policy";

const NS_PER_MS: u64 = 1000000;

/** Where the answers of one request's Policies come from, one after the other. Reused. */
@final
export class Answers {
	status: AnswerStatus = AnswerStatus.Unspecified;
	/** The decision's JSON, until the next answer. */
	value: Slice = new Slice();
	/** Why there is no decision, for Envoy's log. */
	fault: string = "";
	/** It came from the cache. */
	cached: bool = false;

	private plugin: Plugin | null = null;
	private bag: Bag | null = null;
	private response: CheckResponse | null = null;
	private mixersCached: bool = false;
	private nowNs: u64 = 0;
	/** The answer at hand may be kept. */
	private keepable: bool = false;

	/**
	 * @param response the Mixer's, opened; null where it gave none.
	 * @param mixersCached whether that came from the cache.
	 */
	begin(plugin: Plugin, bag: Bag, response: CheckResponse | null, mixersCached: bool, nowNs: u64): void {
		this.plugin = plugin;
		this.bag = bag;
		this.response = response;
		this.nowNs = nowNs;
		this.mixersCached = mixersCached;
	}

	/** Brings the answer of a Policy; of those in the Mixer, in the order they were asked. */
	next(policy: Policy, index: i32): void {
		this.keepable = false;
		this.cached = this.mixersCached && !policy.inProxy;
		this.value.set(0, 0);
		if (policy.inProxy) return this.evaluate(policy, index);
		let response = this.response;
		this.status = AnswerStatus.Unavailable;
		if (response === null) return;
		response.next();
		this.status = response.status;
		this.value.set(response.value.ptr, response.value.size);
		if (this.status == AnswerStatus.PolicyError)
			this.fault = "the Mixer reports an error of the policy; its log has it";
		if (this.status == AnswerStatus.Undefined) this.fault = "the decision is undefined";
	}

	private evaluate(policy: Policy, index: i32): void {
		let plugin = this.plugin;
		let bag = this.bag;
		if (plugin === null || bag === null) return;
		let question = (<u64>1) << index;
		let input = plugin.input;
		input.reset();
		this.status = AnswerStatus.BadInput;
		if (writeInput(plugin.plans.of(question), bag, plugin.config.limits, input) != InputResult.Ok) return;
		this.status = AnswerStatus.Ok;
		if (policy.deterministic) {
			this.cached = plugin.cache.get(question, input.ptr, input.size, this.nowNs, this.value);
			plugin.stats.cacheAsked(this.cached);
			if (this.cached) return;
		}
		strictBuiltinErrors(policy.strictBuiltinErrors);
		let ended = linkedPolicy.evaluate(policy.linkedEntrypoint, input, plugin.config.fuel);
		if (ended == Evaluated.Ok) {
			this.value.set(linkedPolicy.value.ptr, linkedPolicy.value.size);
			this.keepable = policy.deterministic;
			return;
		}
		this.status = AnswerStatus.PolicyError;
		this.fault = linkedPolicy.describe(ended);
	}

	/**
	 * The answer at hand was read and makes sense: it is kept, if it may be.
	 *
	 * @param ttlMs what the decision says of how long it holds; negative where it says nothing.
	 */
	keep(index: i32, allowed: bool, ttlMs: i64): void {
		let plugin = this.plugin;
		if (!this.keepable || plugin === null) return;
		let cache = plugin.config.cache;
		let lifetime = ttlMs < 0 ? cache.ttlMs : ttlMs;
		if (!allowed) lifetime = min(lifetime, cache.denialTtlMs);
		let input = plugin.input;
		let expiresNs = this.nowNs + <u64>lifetime * NS_PER_MS;
		let question = (<u64>1) << index;
		plugin.cache.put(question, input.ptr, input.size, this.value.ptr, this.value.size, expiresNs, this.nowNs);
	}
}
