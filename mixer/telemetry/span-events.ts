import { POLICY_EVENT, QUOTA_EVENT } from "../../galley/span-attributes.ts";
import type { FieldValue, SpanEvent } from "../adapters/signals.ts";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";

/** In nanoseconds. */
const SECOND = 1e9;

/**
 * What happened to the request here: the decision, the quotas that it drew on, and the calls of the Mixer that they
 * waited for, each at its end and with the seconds that it took.
 */
export function spanEvents(record: TelemetryRecord): SpanEvent[] {
	const askedNs = record["check.time"];
	const decidedNs = record["check.duration"];
	if (askedNs === undefined || decidedNs === undefined) return [];
	const checkedAt = askedNs + BigInt(Math.trunc(decidedNs));
	const events: SpanEvent[] = [];
	const add = (name: string, timeNs: bigint, durationNs: number, attributes: SpanEvent["attributes"]) => {
		events.push({ name, timeNs, attributes: [["sluice.duration", durationNs / SECOND], ...attributes] });
	};
	const called = record["check.callout_duration"];
	if (called !== undefined) add("sluice.callout", askedNs + BigInt(Math.trunc(called)), called, CHECK);
	add("sluice.policy", checkedAt, decidedNs, attributesOf(record, POLICY_EVENT));
	const drew = record["quota.duration"];
	if (drew === undefined) return events;
	const drawnAt = checkedAt + BigInt(Math.trunc(drew));
	const waited = record["quota.callout_duration"];
	if (waited !== undefined) add("sluice.callout", drawnAt, waited, ALLOCATE);
	add("sluice.quota", drawnAt, drew, attributesOf(record, QUOTA_EVENT));
	return events;
}

const CHECK = [["rpc.method", "sluice.mixer.v1.Mixer/Check"]] as const;
const ALLOCATE = [["rpc.method", "sluice.mixer.v1.Mixer/Allocate"]] as const;

/** Under the attributes' own names behind `sluice.`. */
function attributesOf(
	record: TelemetryRecord,
	names: readonly (typeof POLICY_EVENT | typeof QUOTA_EVENT)[number][],
): (readonly [string, FieldValue])[] {
	return names.flatMap((name) => {
		const value = record[name];
		return value === undefined ? [] : [[`sluice.${name}`, value] as const];
	});
}
