import * as z from "zod";
import { dataSourceSchema } from "./data-source.ts";
import { handlerSchema } from "./handler.ts";
import { policySchema } from "./policy.ts";
import { quotaSchema } from "./quota.ts";
import { settingsSchema } from "./settings.ts";
import { telemetrySchema } from "./telemetry.ts";

/** Every kind a person can write. */
export const KIND_NAMES = ["Settings", "Policy", "Quota", "Handler", "Telemetry", "DataSource"] as const;

/** A word after `kind:`. */
export type KindName = (typeof KIND_NAMES)[number];

/** What each kind's documents are checked with. */
export const schemas = {
	Settings: settingsSchema,
	Policy: policySchema,
	Quota: quotaSchema,
	Handler: handlerSchema,
	Telemetry: telemetrySchema,
	DataSource: dataSourceSchema,
} as const;

/** JSON Schema of what a person writes, for suggestions and documentation. */
export const jsonSchemas: Readonly<Record<KindName, object>> = {
	Settings: z.toJSONSchema(settingsSchema, { io: "input" }),
	Policy: z.toJSONSchema(policySchema, { io: "input" }),
	Quota: z.toJSONSchema(quotaSchema, { io: "input" }),
	Handler: z.toJSONSchema(handlerSchema, { io: "input" }),
	Telemetry: z.toJSONSchema(telemetrySchema, { io: "input" }),
	DataSource: z.toJSONSchema(dataSourceSchema, { io: "input" }),
};

/** Whether this is the name of a kind. */
export function isKindName(value: unknown): value is KindName {
	return KIND_NAMES.some((name) => name === value);
}
