import { Signal as WireSignal } from "../../api/generated/adapter_pb.js";
import type { Signal } from "../adapter.ts";

const SIGNALS: ReadonlyMap<WireSignal, Signal> = new Map([
	[WireSignal.RECORD, "record"],
	[WireSignal.METRIC, "metric"],
	[WireSignal.LOG, "log"],
	[WireSignal.SPAN, "span"],
]);

/** What an adapter says it takes; of signals that this Mixer does not have it gets none. */
export function signalsOf(signals: readonly WireSignal[]): ReadonlySet<Signal> {
	return new Set(signals.flatMap((signal) => SIGNALS.get(signal) ?? []));
}
