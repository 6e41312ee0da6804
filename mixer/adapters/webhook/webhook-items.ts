import type { AttributeName, TelemetryRecord } from "../../api/generated/vocabulary.ts";
import type { Batch } from "../adapter.ts";
import { jsonLine, jsonObject, jsonText } from "../json-line.ts";
import { logLine } from "../log-line.ts";
import type { MetricInstance } from "../signals.ts";
import { spanLine } from "../span-line.ts";

/** Each item of a batch as JSON: records and log entries as jsonlog writes them. */
export function itemsWriter(attributes: readonly AttributeName[]): (batch: Batch) => string[] {
	const recordLine: (record: TelemetryRecord) => string = jsonLine(attributes);
	return (batch) => {
		switch (batch.signal) {
			case "record":
				return batch.items.map(recordLine);
			case "metric":
				return batch.items.map(metricLine);
			case "log":
				return batch.items.map(logLine);
			case "span":
				return batch.items.map(spanLine);
		}
	};
}

function metricLine({ definition, labels, value }: MetricInstance): string {
	const named = definition.labels.map((label, i) => `${jsonText(label)}:${jsonText(labels[i] ?? "")}`);
	return jsonObject([
		`"name":${jsonText(definition.name)}`,
		`"type":"${definition.type}"`,
		`"labels":{${named.join(",")}}`,
		`"value":${JSON.stringify(value)}`,
	]);
}
