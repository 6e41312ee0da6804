import { z } from "zod";
import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import type { Adapter, Batch } from "./adapter.ts";
import { jsonSchema, parseConfig } from "./config.ts";
import { DEFAULT_ATTRIBUTES } from "./default-attributes.ts";
import { attributeNames, jsonLine } from "./json-line.ts";
import { destinationFields, openDestination } from "./line-destination.ts";
import { lineHandler } from "./line-handler.ts";
import { logLine } from "./log-line.ts";

const configuration = z.strictObject({
	...destinationFields,
	attributes: z.array(z.enum(attributeNames())).min(1).optional().meta({ description: "What each line holds." }),
});

/** One JSON object a line and record, to stdout or appended to a file. */
export const jsonlog: Adapter = {
	name: "jsonlog",
	signals: ["record", "log"],
	configSchema: jsonSchema(configuration),
	attributes: (config) => parseConfig(configuration, config).attributes ?? DEFAULT_ATTRIBUTES,
	async build(config) {
		const { attributes, ...destination } = parseConfig(configuration, config);
		const output = await openDestination(destination);
		return lineHandler(linesOf(jsonLine(attributes ?? DEFAULT_ATTRIBUTES)), output);
	},
};

function linesOf(recordLine: (record: TelemetryRecord) => string): (batch: Batch) => string[] {
	return (batch) => {
		if (batch.signal === "record") return batch.items.map(recordLine);
		return batch.signal === "log" ? batch.items.map(logLine) : [];
	};
}
