import { escapeControls } from "../../mixer/adapters/escape.ts";
import type { CommandStreams } from "../output.ts";
import { describeEvent } from "./describe-event.ts";
import { describeFaults } from "./describe-faults.ts";
import type { OnRevisionEvent, RevisionEvent } from "./revision-event.ts";
import { TaskLine } from "./task-line.ts";

/**
 * Tells events to a person at a terminal, each in a line with the time, in their order.
 *
 * @param options.configDir the configuration's folder as the person wrote it.
 * @param options.now milliseconds since 1970.
 */
export function consoleReport(options: {
	configDir: string;
	streams: CommandStreams;
	now: () => number;
}): OnRevisionEvent {
	const { configDir, streams, now } = options;
	const line = new TaskLine();
	return (event) => {
		const time = new Date(now()).toTimeString().slice(0, 8);
		void line.run(async () => {
			const text = describeEvent(event);
			if (text === undefined) return;
			if (event.event === "warning") streams.stderr.write(`${text}\n`);
			else streams.stdout.write(`${time} ${escapeControls(text)}\n${await below(configDir, event)}`);
		});
	};
}

async function below(configDir: string, event: RevisionEvent): Promise<string> {
	return event.event === "not_changed" ? describeFaults(configDir, event.faults) : "";
}
