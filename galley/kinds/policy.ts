import * as z from "zod";
import { checkedText } from "./checked-text.ts";
import { documentSchema } from "./document-kind.ts";
import { duration } from "./duration.ts";
import { entrypoint } from "./names.ts";
import { targetSchema } from "./target.ts";

/** A request is matched against each target of each Policy. */
const MAX_TARGETS = 100;

const NO_FAILURE_MODE =
	"is missing: it says what happens to a request whose decision cannot be had in time. " +
	"Write failureMode: deny (it is answered 503) or failureMode: allow (it passes undecided)";

const NO_TARGET = "[] targets no request: leave targets out to target every request";

/** Who may pass: a bundle of Rego, and the requests it decides. */
export const policySchema = documentSchema(
	"Policy",
	z.strictObject({
		bundle: z
			.string()
			.min(1)
			.describe("The folder of Rego and data, relative to the configuration's folder and inside it."),
		entrypoint: checkedText(entrypoint).describe(
			"The rule that is the decision: package and rule, such as `bookstore/authz/decision`.",
		),
		regoVersion: z
			.enum(["v1", "v0"])
			.default("v1")
			.describe(
				"The version of Rego that the bundle is written in: `v1`, or `v0` as before OPA 1.0. What the bundle's `.manifest` says (`rego_version`, `file_rego_versions`) goes before it.",
			),
		targets: z
			.array(targetSchema)
			.min(1, { error: () => NO_TARGET })
			.max(MAX_TARGETS)
			.prefault([{}])
			.describe("The requests it decides: those that match any entry. Left out: every request."),
		mode: z
			.enum(["enforce", "shadow"])
			.default("enforce")
			.describe("`shadow`: evaluated and reported, but its answer has no effect."),
		placement: z
			.enum(["auto", "mixer", "proxy"])
			.default("auto")
			.describe("Where it runs; `auto` leaves the choice to the build."),
		body: z
			.enum(["named", "all"])
			.default("named")
			.describe(
				"Which reads of the request's body count: `named` those that name a part of it, such as `input.parsed_body`; `all` also those of the whole `input` or of what the body stands in.",
			),
		failureMode: z
			.enum(["deny", "allow"], {
				error: ({ input }) => (input === undefined || input === null ? NO_FAILURE_MODE : undefined),
			})
			.describe(
				"What happens to a request whose decision cannot be had in time: `deny` answers 503, `allow` lets it pass. A decision that was had, or a policy that is wrong, is not its business.",
			),
		strictBuiltinErrors: z
			.boolean()
			.default(true)
			.describe(
				"Whether a built-in that fails (`io.jwt.decode` of no token, `http.send` to nobody) denies the request. `false`: the call has no value and the policy goes on, as in OPA unless told otherwise. What the proxy or the Mixer does not do, and what is over a bound, always denies.",
			),
		deadline: duration({
			min: "1ms",
			max: "10s",
			default: "200ms",
			description: "How long a request waits for the decision before `failureMode` applies.",
		}),
	}),
);

/** What a person wrote, with defaults and parsed. */
export type PolicyDocument = z.output<typeof policySchema>;
