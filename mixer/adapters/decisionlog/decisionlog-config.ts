import { z } from "zod";
import { destinationFields } from "../line-destination.ts";

/** Rego that has a say in what is logged. */
function regoField(entrypoint: string, description: string) {
	return z
		.strictObject({
			bundle: z.string().min(1).meta({ description: "Its folder, relative to the configuration's and inside it." }),
			entrypoint: z
				.string()
				.regex(/^\w+(\/\w+)*$/)
				.default(entrypoint)
				.meta({ description: "The rule that is asked." }),
		})
		.optional()
		.meta({ description });
}

/** What a person writes. */
export const configuration = z.strictObject({
	...destinationFields,
	format: z.enum(["opa", "sluice"]).default("opa").meta({
		description: "`opa`: events of OPA's decision logs; `sluice`: attributes by name, and the input.",
	}),
	sampleAllows: z.number().min(0).max(1).default(1).meta({
		description: "The share of allowed requests that is logged; everything else always is.",
	}),
	labels: z
		.record(z.string().min(1).max(64), z.string().max(256))
		.default({})
		.meta({ description: "Added to the labels of every event." }),
	mask: regoField("system/log/mask", "What is removed from an event or put in its place, as OPA's `system.log.mask`."),
	drop: regoField("system/log/drop", "Which events are not logged at all, as OPA's `system.log.drop`."),
	prefix: z
		.string()
		.regex(/^[a-zA-Z_]\w*$/)
		.max(64)
		.default("sluice_decision_log_")
		.meta({ description: "What the names of its own metrics begin with: another one for a second such Handler." }),
});

/** A rule of Rego, compiled. */
const compiledLogPolicy = z.strictObject({
	entrypoint: z.string(),
	/** Base64. */
	wasm: z.string(),
	/** JSON. */
	data: z.string(),
});

/** What a handler is built with: what a person writes, and what was made of it and of the Policies beside it. */
export const preparedConfiguration = configuration.extend({
	prepared: z
		.strictObject({
			/** By Policy's name. */
			entrypoints: z.record(z.string(), z.string()),
			mask: compiledLogPolicy.optional(),
			drop: compiledLogPolicy.optional(),
		})
		.optional(),
});
