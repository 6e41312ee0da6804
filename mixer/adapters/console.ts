import { z } from "zod";
import type { Adapter, Batch } from "./adapter.ts";
import { jsonSchema, parseConfig } from "./config.ts";
import { consoleLine } from "./console-line.ts";
import { lineHandler } from "./line-handler.ts";
import { streamOutput } from "./line-output.ts";

const configuration = z.strictObject({});

/** One line a request on stdout, for a person who watches. */
export const consoleAdapter: Adapter = {
	name: "console",
	signals: ["record"],
	configSchema: jsonSchema(configuration),
	attributes: () => [
		"request.time",
		"request.method",
		"request.url_path",
		"response.code",
		"check.decision",
		"check.outcome",
		"check.rule",
		"check.placement",
		"check.duration",
		"check.revision",
		"check.id",
	],
	build(config) {
		parseConfig(configuration, config);
		const lines = (batch: Batch) => (batch.signal === "record" ? batch.items.map(consoleLine) : []);
		return lineHandler(lines, streamOutput(process.stdout));
	},
};
