import * as z from "zod";
import { checkedText } from "./checked-text.ts";
import { documentSchema } from "./document-kind.ts";
import { duration } from "./duration.ts";
import { httpSendSchema } from "./http-send.ts";
import { envoyName } from "./names.ts";
import { quotaStoresSchema } from "./quota-store.ts";
import { redactionSchema } from "./redaction.ts";
import { port } from "./target.ts";
import { tlsSchema } from "./tls.ts";

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
			description: "Size of the input document, without a request's body.",
		}),
		// Above: with twice as much for the body, a document still fits into gRPC's 4 MiB, and Envoy holds it all.
		bodyBytes: count({
			min: KIB,
			max: 1024 * KIB,
			default: 64 * KIB,
			unit: "bytes",
			description:
				"Size of a request's body, where a Policy reads it; the input document may then be larger by twice as much. A longer one is answered 413, but for Policies that read `truncated_body`.",
		}),
		bodyTimeout: duration({
			min: "100ms",
			max: "5m",
			default: "10s",
			description: "How long a body may take to come, where a Policy reads it; a later one is answered 408.",
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
		// A unit is a function entered or a round of a loop: 2 million take 9 to 14 ms, in which the worker does nothing else.
		fuel: count({
			min: 10_000,
			max: 100_000_000,
			default: 2_000_000,
			unit: "units",
			description: "Work of one evaluation in the proxy.",
		}),
		// A VM takes some 14 times as much, and every worker has one: 4 MiB are 56 MiB each, and a swap of half a second.
		proxyDataBytes: count({
			min: KIB,
			max: 64 * KIB * KIB,
			default: 4 * KIB * KIB,
			unit: "bytes",
			description:
				"The policies' data, as JSON and all together, with which a Policy of `placement: auto` still runs in the proxy.",
		}),
		// 16 MiB: growth up to there ends after some 100 ms.
		policyPages: count({
			min: 16,
			max: 16_384,
			default: 256,
			unit: "pages of 64 KiB",
			description: "Memory of one evaluation in the proxy, beside the policies' data.",
		}),
	})
	.prefault({})
	.describe(
		"A request whose input is over one of them is answered 400 before any policy runs; `fuel` and `policyPages` bound an evaluation in the proxy, which denies where it needs more.",
	);

const cacheSchema = z
	.strictObject({
		// Above: a worker's memory. Each worker has a cache of its own.
		entries: count({
			min: 0,
			max: 1_000_000,
			default: 10_000,
			unit: "decisions",
			description: "Decisions that a worker keeps; 0 keeps none.",
		}),
		bytes: count({
			min: 0,
			max: 256 * KIB * KIB,
			default: 8 * KIB * KIB,
			unit: "bytes",
			description: "Memory that they may take.",
		}),
		ttl: duration({
			min: "0ms",
			max: "1h",
			default: "10s",
			description: "How long a decision holds that has no `ttl` of its own.",
		}),
		denialTtl: duration({
			min: "0ms",
			max: "1h",
			default: "1s",
			description: "How long a denial holds at most.",
		}),
	})
	.prefault({})
	.describe(
		"The decisions that each of Envoy's workers keeps for equal input; none of a policy that reads time or randomness.",
	);

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
			description: "How long the Mixer, or a handler that is replaced, may take to finish.",
		}),
		staleAfter: duration({
			min: "1s",
			max: "1h",
			default: "1m",
			description:
				"How long a VM of an Envoy may run another revision than the one in force before it is warned of: as pinned while it has streams, else as stale.",
		}),
	})
	.prefault({})
	.describe("The Mixer itself.");

const portsSchema = z
	.strictObject({
		listener: port().default(8080).describe("Where Envoy takes requests."),
		envoyAdmin: port().default(9901).describe("Envoy's admin interface."),
		mixer: port().default(9091).describe("The Mixer's gRPC."),
		discovery: port().default(9092).describe("The discovery server's gRPC, from which Envoys get the filter."),
		admin: port().default(9093).describe("Metrics, health and what runs where."),
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

const tracingSchema = z
	.strictObject({
		sampling: z
			.number()
			.min(0)
			.max(1)
			// What Istio's proxies sample.
			.default(0.01)
			.describe(
				"The share of traces that is recorded where no caller has decided; with 0 none begins here, as it should be where Envoy's own tracing is on.",
			),
		trustCallers: z
			.boolean()
			.default(true)
			.describe(
				"Whether a trace that a caller began goes on, recorded or not as the caller says. `false` begins another: where anybody can call.",
			),
	})
	.prefault({})
	.describe("Traces, where a Telemetry makes spans.");

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
			cache: cacheSchema,
			redaction: redactionSchema,
			protoDescriptors: z
				.string()
				.min(1)
				.optional()
				.describe(
					"A binary FileDescriptorSet (`protoc --include_imports --descriptor_set_out`), relative to the configuration's folder and inside it: with it `parsed_body` has the messages of gRPC calls.",
				),
			quotaStores: quotaStoresSchema,
			decisionIdInResponses: z
				.boolean()
				.default(false)
				.describe("Whether allowed responses carry the decision's id, as denials always do."),
			rateLimitInResponses: z
				.boolean()
				.default(false)
				.describe(
					"Whether allowed responses carry `RateLimit` and `RateLimit-Policy` of the quotas they drew on, as those refused by a quota always do.",
				),
			tracing: tracingSchema,
			mixer: mixerSchema,
			httpSend: httpSendSchema,
			ports: portsSchema,
			tls: tlsSchema,
		})
		.prefault({}),
);

/** What a person wrote, with defaults and parsed. */
export type SettingsDocument = z.output<typeof settingsSchema>;

function count(options: { min: number; max: number; default: number; unit: string; description: string }) {
	const { min, max, unit, description } = options;
	return z.int().min(min).max(max).default(options.default).meta({ description, unit });
}
