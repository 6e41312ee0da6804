import type { MessageToProduce } from "@platformatic/kafka";
import type { AttributeName, TelemetryRecord } from "../../api/generated/vocabulary.ts";
import type { Batch } from "../adapter.ts";
import { jsonLine } from "../json-line.ts";
import { logLine } from "../log-line.ts";

/** A message whose key and value are text. */
export type KafkaMessage = MessageToProduce<string, string, string, string>;

export interface MessageOptions {
	readonly topic: string;
	readonly key?: AttributeName | undefined;
	readonly attributes: readonly AttributeName[];
}

/** Makes messages of records and log entries: jsonlog's lines. */
export function messageMaker({ topic, key, attributes }: MessageOptions): (batch: Batch) => KafkaMessage[] {
	const line = jsonLine(attributes);
	const message = (value: string, keyValue: unknown): KafkaMessage => {
		const text = keyText(keyValue);
		return { topic, value, ...(text !== undefined && { key: text }) };
	};
	const recordMessage = (record: TelemetryRecord) => message(line(record), key && record[key]);
	return (batch) => {
		switch (batch.signal) {
			case "record":
				return batch.items.map(recordMessage);
			case "log":
				return batch.items.map((entry) => message(logLine(entry), entry.fields.find(([name]) => name === key)?.[1]));
			default:
				return [];
		}
	};
}

/** Lists and maps are no key. */
function keyText(value: unknown): string | undefined {
	return value === undefined || typeof value === "object" ? undefined : String(value);
}
