import type { TelemetryParts } from "../galley/telemetry-parts.ts";
import { adapters } from "../mixer/adapters/registry.ts";
import { vocabulary } from "../mixer/api/generated/vocabulary.ts";
import { dataSourceAdapters } from "../mixer/data-sources/registry.ts";

/** What Galley needs of the adapters: the JSON Schema of a Handler's `spec.config`, by the word in `spec.adapter`. */
export function adapterSchemas(): ReadonlyMap<string, object> {
	return new Map([...adapters].map(([name, { configSchema }]) => [name, configSchema]));
}

/** The same of DataSources, for the adapters that come with the Mixer. */
export function sourceSchemas(): ReadonlyMap<string, object> {
	return new Map([...dataSourceAdapters].map(([name, { configSchema }]) => [name, configSchema]));
}

/** What Galley checks Telemetry documents against. */
export function telemetryParts(): TelemetryParts {
	return {
		attributes: new Map(Object.entries(vocabulary).map(([name, { type }]) => [name, type])),
		signals: new Map([...adapters].map(([name, { signals }]) => [name, signals])),
	};
}
