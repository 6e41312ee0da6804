import { InputResult, writeRedactedInput } from "../attributes/input";
import { Plugin } from "../plugin";
import { Stream } from "../stream";
import { Slice } from "../wire/slice";

/** Longest input that a record carries, in bytes: two fit into a batch, and none makes a record too large. */
const MAX_INPUT_BYTES: i32 = 32768;

/** Stands in the place of a longer one. */
const TOO_LONG: Slice = Slice.of("null");

/**
 * Writes the input of the Policies that decided anew for the record, redacted, into the plugin's `input`: what Envoy knows
 * of the request can have changed since, such as its route.
 */
export function noteInput(plugin: Plugin, stream: Stream, selected: u64): void {
	let config = plugin.config;
	let input = plugin.input;
	let plan = plugin.plans.of(selected);
	let result = writeRedactedInput(plan, stream.bag, config.limits, config.redaction, MAX_INPUT_BYTES, input);
	let shown = stream.outcome.input;
	if (result == InputResult.Ok) shown.set(input.ptr, input.size);
	else shown.set(TOO_LONG.ptr, TOO_LONG.size);
}
