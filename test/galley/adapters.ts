import type { Signal, TelemetryParts } from "../../galley/telemetry-parts.ts";

/** Schemas of adapters as handlers' settings are checked against: one of each thing that a JSON Schema can say here. */
export const adapters: ReadonlyMap<string, object> = new Map([
	["counter", { type: "object", properties: {}, additionalProperties: false }],
	[
		"filelog",
		{
			$schema: "https://json-schema.org/draft/2020-12/schema",
			type: "object",
			required: ["file"],
			additionalProperties: false,
			properties: {
				file: { type: "string", minLength: 1 },
				level: { enum: ["debug", "info", "error"], default: "info" },
				attributes: { type: "array", items: { enum: ["request.method", "request.host"] }, minItems: 1 },
				rotate: {
					type: "object",
					additionalProperties: false,
					properties: { afterMiB: { type: "integer", minimum: 1, maximum: 1024 }, keep: { type: "integer" } },
				},
				tag: { type: "string", pattern: "^[a-z]+$" },
				sample: { type: "number", multipleOf: 0.25 },
				labels: { type: "object", additionalProperties: { type: "string" } },
				target: { anyOf: [{ type: "string" }, { type: "number" }] },
				buffer: { type: "array", items: { type: "integer" }, uniqueItems: true },
			},
		},
	],
]);

/** The same for DataSources. */
export const sources: ReadonlyMap<string, object> = new Map([
	[
		"lines",
		{
			type: "object",
			required: ["file"],
			additionalProperties: false,
			properties: { file: { type: "string" }, sorted: { type: "boolean", default: false } },
		},
	],
]);

/** What Telemetry documents are checked against: an attribute of each type, and what those adapters take. */
export const telemetry: TelemetryParts = {
	attributes: new Map([
		["request.method", "string"],
		["request.host", "string"],
		["request.headers", "string_map"],
		["request.time", "timestamp"],
		["response.code", "int64"],
		["response.duration", "duration"],
		["connection.mtls", "bool"],
		["context.reporter.uid", "string"],
		["context.time", "timestamp"],
	]),
	signals: new Map<string, readonly Signal[]>([
		["counter", ["record", "metric"]],
		["filelog", ["record", "log"]],
	]),
};
