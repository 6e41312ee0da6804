import type { TelemetryRecord } from "../../../mixer/api/generated/vocabulary.ts";
import type { EventSink } from "../../../mixer/decisions/page-client.ts";

/** One server-sent event, read. */
export interface ReadEvent {
	readonly event: string;
	readonly value: ReturnType<typeof JSON.parse>;
}

/** A page that takes what it is sent, or as much as the test says. */
export class FeedReader implements EventSink {
	readonly events: ReadEvent[] = [];
	writableLength = 0;

	write(text: string): void {
		for (const part of text.split("\n\n").filter((each) => each !== "")) {
			const [event = "", data = ""] = part.split("\n");
			this.events.push({ event: event.slice("event: ".length), value: JSON.parse(data.slice("data: ".length)) });
		}
	}

	/** The values of one kind of event. */
	of(kind: string): ReadEvent["value"][] {
		return this.events.filter(({ event }) => event === kind).map(({ value }) => value);
	}
}

/** A record of this outcome. */
export function decided(outcome: string, more: TelemetryRecord = {}): TelemetryRecord {
	return { "check.outcome": outcome, ...more };
}
