import type { AdapterLogger } from "../../mixer/adapters/adapter.ts";
import { escapeControls } from "../../mixer/adapters/escape.ts";
import type { OutputFormat } from "../output.ts";
import { describeEvent } from "./describe-event.ts";
import type { OnRevisionEvent, RevisionEvent } from "./revision-event.ts";

/** Tells events to a log, and with `output: "json"` to stdout as well, a JSON object each. */
export function logReport(options: {
	logger: AdapterLogger;
	output: OutputFormat;
	stdout: { write(text: string): unknown };
}): OnRevisionEvent {
	const { logger, output, stdout } = options;
	return (event) => {
		const text = describeEvent(event);
		const { event: _, ...fields } = event;
		if (text !== undefined) logger[levelOf(event)](event.event === "warning" ? {} : fields, escapeControls(text));
		if (output === "json") stdout.write(`${JSON.stringify(event)}\n`);
	};
}

function levelOf({ event }: RevisionEvent): "info" | "warn" | "error" {
	switch (event) {
		case "published":
		case "live":
		case "unchanged":
			return "info";
		case "restart_needed":
		case "warning":
			return "warn";
		case "not_changed":
		case "refused":
			return "error";
	}
}
