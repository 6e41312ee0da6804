import { z } from "zod";
import { MixerError } from "../error.ts";

/** A handler's configuration as its schema types it, defaults filled in. Throws a MixerError that names every fault. */
export function parseConfig<Schema extends z.ZodType>(schema: Schema, config: unknown): z.output<Schema> {
	const parsed = schema.safeParse(config);
	if (parsed.success) return parsed.data;
	const faults = parsed.error.issues.map((issue) => `${["config", ...issue.path].join(".")}: ${issue.message}`);
	throw new MixerError("invalid", faults.join("; "));
}

/** The JSON Schema (2020-12) of what a person may write. */
export function jsonSchema(schema: z.ZodType): object {
	return z.toJSONSchema(schema, { io: "input" });
}
