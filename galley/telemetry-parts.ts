import type { Attributes } from "./cel/attribute-type.ts";

/** What a handler can be sent. `record`: every record as it is, for its adapter to show in its own way. */
export type Signal = "record" | "metric" | "log" | "span";

/** What Galley has to know of the Mixer to check Telemetry. */
export interface TelemetryParts {
	readonly attributes: Attributes;
	/** What each adapter takes, by its name. */
	readonly signals: ReadonlyMap<string, readonly Signal[]>;
}
