import * as z from "zod";
import { documentSchema } from "./document-kind.ts";
import { duration } from "./duration.ts";

/** Records held for a backend that is late; a record is about a kilobyte. */
const MAX_QUEUE_RECORDS = 1_000_000;

/** A part of a machine's memory. */
const MAX_QUEUE_BYTES = 17_179_869_184;

/** A configured instance of an adapter: where records go. */
export const handlerSchema = documentSchema(
	"Handler",
	z.strictObject({
		adapter: z
			.string()
			.min(1)
			.describe(
				"The adapter: a word such as `prometheus`, the path of one's own (`./adapter.ts`, from this folder), or an npm package.",
			),
		config: z
			.record(z.string(), z.unknown())
			.prefault({})
			.describe("The adapter's own settings, checked by its schema."),
		records: z
			.boolean()
			.default(true)
			.describe(
				"Whether it gets every record, for its adapter to show in its own way. `false`: only what a Telemetry sends it.",
			),
		queue: z.int().min(1).max(MAX_QUEUE_RECORDS).default(10_000).meta({
			description: "How many records wait for the backend; further ones are dropped and counted.",
			unit: "records",
		}),
		queueBytes: z.int().min(1_048_576).max(MAX_QUEUE_BYTES).default(67_108_864).meta({
			description: "How much memory they may take, about; further ones are dropped and counted.",
			unit: "bytes",
		}),
		timeout: duration({
			min: "10ms",
			max: "5m",
			default: "5s",
			description: "How long the backend may take for one batch.",
		}),
	}),
);

/** What a person wrote, with defaults and parsed; `config` is still to be checked by the adapter's schema. */
export type HandlerDocument = z.output<typeof handlerSchema>;
