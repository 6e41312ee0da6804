import { z } from "zod";
import type { AttributeName, TelemetryRecord } from "../api/generated/vocabulary.ts";
import { MixerError } from "../error.ts";
import type { Adapter, Batch } from "./adapter.ts";
import { jsonSchema, parseConfig } from "./config.ts";
import { attributeNames, jsonLine } from "./json-line.ts";
import { lineHandler } from "./line-handler.ts";
import { fileOutput, type LineOutput, streamOutput } from "./line-output.ts";
import { logLine } from "./log-line.ts";
import { rotatingOutput } from "./rotating-output.ts";

/** What an access log usually says; headers and queries, which may hold secrets, only if asked for. */
const DEFAULT_ATTRIBUTES: readonly AttributeName[] = [
	"request.id",
	"request.method",
	"request.url_path",
	"request.host",
	"request.time",
	"request.total_size",
	"response.code",
	"response.code_details",
	"response.flags",
	"response.total_size",
	"response.duration",
	"response.grpc_status",
	"source.ip",
	"source.principal",
	"destination.port",
	"connection.event",
	"connection.received.bytes_total",
	"connection.sent.bytes_total",
	"connection.duration",
	"context.protocol",
	"context.reporter.uid",
	"route.name",
	"upstream.address",
	"upstream.cluster",
	"trace.id",
	"trace.span_id",
	"check.id",
	"check.decision",
	"check.outcome",
	"check.policy",
	"check.rule",
	"check.reason",
	"check.revision",
	"check.placement",
	"check.duration",
	"check.shadow",
];

const configuration = z.strictObject({
	file: z.string().min(1).optional().meta({ description: "The file to append to; stdout where there is none." }),
	rotate: z
		.strictObject({
			bytes: z.int().min(1024).max(1_099_511_627_776).default(104_857_600).meta({
				description: "How long the file may become; then a new one is begun.",
				unit: "bytes",
			}),
			files: z.int().min(0).max(1000).default(10).meta({
				description: "How many full files are kept, as `FILE.1` (the newest), `FILE.2` …",
				unit: "files",
			}),
		})
		.optional()
		.meta({ description: "Begins new files. Left out: the file grows, and something else has to mind it." }),
	attributes: z.array(z.enum(attributeNames())).min(1).optional().meta({ description: "What each line holds." }),
});

/** One JSON object a line and record, to stdout or appended to a file. */
export const jsonlog: Adapter = {
	name: "jsonlog",
	signals: ["record", "log"],
	configSchema: jsonSchema(configuration),
	attributes: (config) => parseConfig(configuration, config).attributes ?? DEFAULT_ATTRIBUTES,
	async build(config) {
		const { file, rotate, attributes } = parseConfig(configuration, config);
		if (file === undefined && rotate !== undefined) {
			throw new MixerError("invalid", "config.rotate: stdout cannot be rotated: name a file, or leave rotate out");
		}
		const output = await outputTo(file, rotate);
		return lineHandler(linesOf(jsonLine(attributes ?? DEFAULT_ATTRIBUTES)), output);
	},
};

async function outputTo(
	file: string | undefined,
	rotate: { bytes: number; files: number } | undefined,
): Promise<LineOutput> {
	if (file === undefined) return streamOutput(process.stdout);
	return rotate === undefined
		? fileOutput(file)
		: rotatingOutput(file, { maxBytes: rotate.bytes, files: rotate.files });
}

function linesOf(recordLine: (record: TelemetryRecord) => string): (batch: Batch) => string[] {
	return (batch) => {
		if (batch.signal === "record") return batch.items.map(recordLine);
		return batch.signal === "log" ? batch.items.map(logLine) : [];
	};
}
