import * as z from "zod";
import { checkedText, type TextRule } from "./checked-text.ts";
import { documentSchema } from "./document-kind.ts";
import { requiredDuration } from "./duration.ts";
import { documentName } from "./names.ts";
import { quotaKeySchema } from "./quota-key.ts";

/** Sums of a limit and an amount stay exact in a double: nine such numbers are below 2^53. */
export const MAX_QUOTA_LIMIT = 1_000_000_000_000_000;

/** Each is looked up by its key, so this bounds only what a file holds. */
const MAX_OVERRIDES = 1000;

/** The store that is always there. */
export const MEMORY_STORE = "memory";

const NO_FAILURE_MODE =
	"is missing: it says what happens to a request whose quota cannot be had in time. " +
	"Write failureMode: deny (it is answered 503) or failureMode: allow with localLimit (each Envoy lets that many pass)";

const NO_BURST = "is missing: gcra lets so many pass at once, such as a tenth of the limit";

const NO_LOCAL_LIMIT = "is missing: failureMode allow lets each Envoy pass so many in a window while nobody counts";

/** What of a response can be charged. */
const chargedAmount: TextRule = {
	check(text) {
		if (text === "response.size") return undefined;
		if (/^response\.headers\.[!#$%&'*+\-.^_`|~0-9a-z]{1,256}$/.test(text)) return undefined;
		return "must be response.size or response.headers. and a header's name in lower case";
	},
	suggest(text) {
		return text
			.trim()
			.toLowerCase()
			.replaceAll("_", "-")
			.replace(/^headers\./, "response.headers.");
	},
};

const overrideSchema = z.strictObject({
	key: quotaKeySchema.meta({
		description: "The values of the key, as the policy writes them.",
		of: "text, number, true or false",
	}),
	limit: limit().describe("The limit for this key."),
	burst: limit().exactOptional().describe("Its burst, with `gcra`; that of the Quota if left out."),
});

const chargeSchema = z
	.strictObject({
		at: z
			.enum(["request", "response", "settle"])
			.default("request")
			.describe(
				"`request`: the decision's amount, before the request. `response`: `amount`, after it. `settle`: the decision's amount before, corrected to `amount` after.",
			),
		amount: checkedText(chargedAmount)
			.exactOptional()
			.describe(
				"With `response` and `settle`: `response.size`, or `response.headers.` and a name, such as a token count.",
			),
		codeBelow: z
			.int()
			.min(100)
			.max(600)
			.exactOptional()
			.describe("With `response` and `settle`: a response whose code is not below this costs nothing."),
	})
	.superRefine((charge, context) => {
		const isAfter = charge.at !== "request";
		if (isAfter && charge.amount === undefined) {
			const message = `is missing: with at: ${charge.at} it says what of the response is charged, such as response.size`;
			context.addIssue({ code: "custom", path: ["amount"], message });
		}
		for (const field of ["amount", "codeBelow"] as const) {
			if (isAfter || charge[field] === undefined) continue;
			const message = "is only for at: response and at: settle: a request has no response yet";
			context.addIssue({ code: "custom", path: [field], message });
		}
	})
	.prefault({})
	.describe("When a request is charged, and how much.");

/** How much is allowed, and of what a request's share is taken. */
export const quotaSchema = documentSchema(
	"Quota",
	z
		.strictObject({
			limit: limit().describe("How much each key has in a window; requests, bytes or whatever amounts are."),
			window: requiredDuration({ min: "1s", max: "30d", description: "The time that the limit is for." }),
			algorithm: z
				.enum(["fixed", "rolling", "gcra"])
				.default("fixed")
				.describe(
					"`fixed`: windows one after the other since 1970. `rolling`: any span as long as the window. `gcra`: a steady rate, with `burst`.",
				),
			burst: limit().exactOptional().describe("With `gcra`, and required there: how much may come at once."),
			overrides: z.array(overrideSchema).max(MAX_OVERRIDES).default([]).describe("Other limits for some keys."),
			failureMode: z
				.enum(["deny", "allow"], {
					error: ({ input }) => (input === undefined || input === null ? NO_FAILURE_MODE : undefined),
				})
				.describe(
					"What happens to a request while the Mixer or the store cannot be had in time: `deny` answers 503, `allow` lets `localLimit` pass.",
				),
			localLimit: limit(0)
				.exactOptional()
				.describe(
					"With `allow`, and required there: how much of each key every Envoy lets pass in a window meanwhile.",
				),
			store: checkedText(documentName)
				.default(MEMORY_STORE)
				.describe("Where it is counted: `memory`, in the Mixer, or a name of `quotaStores` in the Settings."),
			mode: z
				.enum(["enforce", "shadow"])
				.default("enforce")
				.describe("`shadow`: counted and reported, but nobody is refused."),
			charge: chargeSchema,
		})
		.superRefine((quota, context) => {
			const refuse = (path: (string | number)[], message: string) =>
				context.addIssue({ code: "custom", path, message });
			const isGcra = quota.algorithm === "gcra";
			const onlyGcra = "is only for algorithm: gcra";
			if (isGcra && quota.burst === undefined) refuse(["burst"], NO_BURST);
			if (!isGcra && quota.burst !== undefined) refuse(["burst"], onlyGcra);
			if (quota.failureMode === "allow" && quota.localLimit === undefined) refuse(["localLimit"], NO_LOCAL_LIMIT);
			if (quota.failureMode === "deny" && quota.localLimit !== undefined)
				refuse(["localLimit"], "is only for failureMode: allow: with deny nothing passes uncounted");
			const known = new Map<string, number>();
			for (const [index, { key, burst }] of quota.overrides.entries()) {
				if (!isGcra && burst !== undefined) refuse(["overrides", index, "burst"], onlyGcra);
				const earlier = known.get(JSON.stringify(key));
				if (earlier === undefined) known.set(JSON.stringify(key), index);
				else refuse(["overrides", index, "key"], `is the key of spec.overrides[${earlier}] already`);
			}
		}),
);

/** What a person wrote, with defaults and parsed. */
export type QuotaDocument = z.output<typeof quotaSchema>;

function limit(min = 1) {
	return z.int().min(min).max(MAX_QUOTA_LIMIT);
}
