import type { Batch, Handler, ItemResult } from "./adapter.ts";
import type { LineOutput } from "./line-output.ts";

/** A handler that writes a line for each item; lines that an output did not take are tried again. */
export function lineHandler(lines: (batch: Batch) => string[], output: LineOutput): Handler {
	return {
		async handle(batch) {
			const written = await output.write(lines(batch));
			if (written === batch.items.length) return "delivered";
			return batch.items.map((_, i): ItemResult => (i < written ? "delivered" : "retry"));
		},
		async flush() {},
		close: () => output.close(),
	};
}
