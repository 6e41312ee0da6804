import type { TelemetryRecord } from "../../api/generated/vocabulary.ts";
import { jsonLine, jsonObject, jsonText } from "../json-line.ts";
import { type DecisionEvent, EVENT_ATTRIBUTES } from "./decision-event.ts";

/** What masks can change of a record stands in the event alone. */
const attributesLine = jsonLine(
	EVENT_ATTRIBUTES.filter((name) => !["check.input", "check.rule", "check.reason"].includes(name)),
);

/** One event on a line that a terminal can show. */
export function eventLine(format: "opa" | "sluice", event: DecisionEvent, record: TelemetryRecord): string {
	if (format === "opa") return jsonObject(members(event));
	const { input, result, erased, masked } = event;
	const { input_omitted } = event.custom.sluice;
	const rest = jsonObject(members({ input, result, erased, masked, input_omitted }));
	return joined(attributesLine(record), rest);
}

function members(value: object): string[] {
	return Object.entries(value)
		.filter(([, member]) => member !== undefined)
		.map(([name, member]) => `${jsonText(name)}:${JSON.stringify(member)}`);
}

/** Two objects without a common key as one. */
function joined(one: string, other: string): string {
	if (one === "{}") return other;
	return other === "{}" ? one : `${one.slice(0, -1)},${other.slice(1)}`;
}
