import * as z from "zod";
import { checkedText } from "./checked-text.ts";
import { documentSchema } from "./document-kind.ts";
import { duration } from "./duration.ts";
import { envoyName } from "./names.ts";
import { redactionSchema } from "./redaction.ts";
import { port } from "./target.ts";

const KIB = 1024;

/** Bounds of what the filter hands to a policy. Their own bounds keep a policy's parser out of danger. */
const limitsSchema = z
	.strictObject({
		// Above: gRPC's limit of 4 MiB for a message. Below: a request's own headers hardly fit.
		inputBytes: count({
			min: KIB,
			max: 1024 * KIB,
			default: 64 * KIB,
			unit: "bytes",
			description: "Size of the input document.",
		}),
		// JSON nested 5,000 deep is still safe in a policy's own memory, 10,000 is not.
		inputDepth: count({
			min: 8,
			max: 1024,
			default: 64,
			unit: "levels",
			description: "Nesting of the input document.",
		}),
		// Hashes in a policy are unseeded: 16,000 colliding keys take seconds.
		inputKeys: count({
			min: 16,
			max: 8192,
			default: 1024,
			unit: "keys",
			description: "Keys in any one object of the input.",
		}),
		// 20 digits hold every 64-bit number; arithmetic on long ones takes seconds.
		numberDigits: count({
			min: 20,
			max: 1024,
			default: 64,
			unit: "digits",
			description: "Digits of a number, written out without exponent.",
		}),
	})
	.prefault({})
	.describe("A request whose input is over one of them is answered 400 before any policy runs.");

const mixerSchema = z
	.strictObject({
		cluster: checkedText(envoyName).default("sluice-mixer").describe("The Mixer's cluster in Envoy's configuration."),
		policyWorkers: count({
			min: 1,
			max: 64,
			default: 2,
			unit: "threads",
			description: "Threads that evaluate policies.",
		}),
		queuedChecks: count({
			min: 1,
			max: 100_000,
			default: 1000,
			unit: "checks",
			description: "Checks that wait for a thread; one more is answered unavailable.",
		}),
		grace: duration({
			min: "100ms",
			max: "5m",
			default: "8s",
			description: "How long the Mixer may take to finish after SIGTERM.",
		}),
	})
	.prefault({})
	.describe("The Mixer itself.");

const portsSchema = z
	.strictObject({
		listener: port().default(8080).describe("Where Envoy takes requests."),
		envoyAdmin: port().default(9901).describe("Envoy's admin interface."),
		mixer: port().default(9091).describe("The Mixer's gRPC."),
		admin: port().default(9093).describe("The Mixer's metrics and health."),
	})
	.superRefine((ports, context) => {
		const owners = new Map<number, string>();
		for (const [name, number] of Object.entries(ports)) {
			const owner = owners.get(number);
			const message = `${number} is spec.ports.${owner} already`;
			if (owner !== undefined) context.addIssue({ code: "custom", path: [name], message });
			owners.set(number, owner ?? name);
		}
	})
	.prefault({})
	.describe("Ports; no two may be equal.");

/** What is of the whole. */
export const settingsSchema = documentSchema(
	"Settings",
	z
		.strictObject({
			default: z
				.enum(["deny", "allow"])
				.default("deny")
				.describe("What happens to a request that no enforcing Policy targets."),
			limits: limitsSchema,
			redaction: redactionSchema,
			decisionIdInResponses: z
				.boolean()
				.default(false)
				.describe("Whether allowed responses carry the decision's id, as denials always do."),
			mixer: mixerSchema,
			ports: portsSchema,
		})
		.prefault({}),
);

/** What a person wrote, with defaults and parsed. */
export type SettingsDocument = z.output<typeof settingsSchema>;

function count(options: { min: number; max: number; default: number; unit: string; description: string }) {
	const { min, max, unit, description } = options;
	return z.int().min(min).max(max).default(options.default).meta({ description, unit });
}
