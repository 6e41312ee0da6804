import * as z from "zod";
import { checkedText, type TextRule } from "./checked-text.ts";
import { documentSchema } from "./document-kind.ts";
import { duration, requiredDuration } from "./duration.ts";

const KIB = 1024;

const PATH = /^[A-Za-z][A-Za-z0-9_]*(\/[A-Za-z][A-Za-z0-9_]*)*$/;

/** Far longer than data are nested. */
const MAX_PATH_LENGTH = 256;

/** OPA's own, and that of what the build adds. */
const TAKEN: ReadonlySet<string> = new Set(["system", "sluice"]);

/** A place below `data`. */
const dataPath: TextRule = {
	check(text) {
		if (text.length > MAX_PATH_LENGTH) return `must have at most ${MAX_PATH_LENGTH} characters`;
		if (!PATH.test(text)) return "must be a path below data, such as bookstore/blocked";
		const [first = ""] = text.split("/");
		return TAKEN.has(first) ? `must not begin with ${first}, which is taken` : undefined;
	},
	suggest(text) {
		return text.replace(/^\/?(data[./])?/, "").replace(/\./g, "/");
	},
};

const NO_ON_EXPIRED =
	"is missing: it says what policies go by once the data were not confirmed for expireAfter. " +
	"Write onExpired: keep (the last that were read), empty (none) or deny (what reads them denies)";

/** Data that policies read and that are kept elsewhere: in a file, or behind a URL. */
export const dataSourceSchema = documentSchema(
	"DataSource",
	z
		.strictObject({
			adapter: z
				.string()
				.min(1)
				.describe("What reads it: `list`, `json`, or a module of your own: its file (`./mine.ts`) or npm package."),
			config: z
				.record(z.string(), z.unknown())
				.prefault({})
				.describe("The adapter's own settings, checked by its schema."),
			path: checkedText(dataPath).describe(
				"Where policies find it: `bookstore/blocked` is `data.bookstore.blocked`. Nothing else may be there.",
			),
			refresh: duration({
				min: "1s",
				max: "7d",
				default: "5m",
				description: "How often it is read again, give or take a tenth. A file is also read when it changes.",
			}),
			timeout: duration({ min: "10ms", max: "5m", default: "10s", description: "How long reading may take." }),
			// Above: what policies in the Mixer can hold beside the bundles' own data.
			maxBytes: z
				.int()
				.min(1)
				.max(64 * KIB * KIB)
				.default(KIB * KIB)
				.meta({ description: "Size of what is read; more is a failure.", unit: "bytes" }),
			expireAfter: requiredDuration({
				min: "1s",
				max: "366d",
				description: "How long the data hold that could not be read again.",
			}),
			onExpired: z
				.enum(["keep", "empty", "deny"], {
					error: ({ input }) => (input === undefined || input === null ? NO_ON_EXPIRED : undefined),
				})
				.describe(
					"What policies go by then: `keep` the last data that were read, `empty` none, `deny`: every Policy that reads them denies, with 503.",
				),
		})
		.superRefine(({ refresh, expireAfter }, context) => {
			if (expireAfter >= refresh) return;
			const message = "must be at least spec.refresh: the data would expire before they are read again";
			context.addIssue({ code: "custom", path: ["expireAfter"], message });
		}),
);

/** What a person wrote, with defaults and parsed; `config` is still to be checked by the adapter's schema. */
export type DataSourceDocument = z.output<typeof dataSourceSchema>;
