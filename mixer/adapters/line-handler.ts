import type { TelemetryRecord } from "../api/generated/vocabulary.ts";
import type { Handler, ItemResult } from "./adapter.ts";
import type { LineOutput } from "./line-output.ts";

/** A handler that writes a line for each record; lines that an output did not take are tried again. */
export function lineHandler(line: (record: TelemetryRecord) => string, output: LineOutput): Handler {
	return {
		async handle(batch) {
			const written = await output.write(batch.map(line));
			return batch.map((_, i): ItemResult => (i < written ? "delivered" : "retry"));
		},
		async flush() {},
		close: () => output.close(),
	};
}
