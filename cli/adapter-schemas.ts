import { adapters } from "../mixer/adapters/registry.ts";

/** What Galley needs of the adapters: the JSON Schema of a Handler's `spec.config`, by the word in `spec.adapter`. */
export function adapterSchemas(): ReadonlyMap<string, object> {
	return new Map([...adapters].map(([name, { configSchema }]) => [name, configSchema]));
}
