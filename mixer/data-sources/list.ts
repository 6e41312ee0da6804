import { z } from "zod";
import { jsonSchema, parseConfig } from "../adapters/config.ts";
import type { DataSourceAdapter } from "./data-source.ts";
import { listDocument } from "./list-document.ts";
import { openOrigin, originFields, sourceOf } from "./origin.ts";

const settings = z.strictObject({
	entries: z.enum(["strings", "addresses", "patterns"]).meta({
		description:
			"What stands in each line: `strings` as they are, `addresses`: IP addresses and ranges, `patterns`: regular expressions (RE2).",
	}),
	...originFields,
});

/** What a list holds. */
export type EntryKind = z.output<typeof settings>["entries"];

/** An allow or deny list: an entry a line. */
export const list: DataSourceAdapter = {
	name: "list",
	configSchema: jsonSchema(settings),
	build(config, env) {
		const { entries, ...where } = parseConfig(settings, config);
		return sourceOf(openOrigin(where, env), {
			empty: entries === "patterns" ? "[]" : "{}",
			parse: (bytes, shown) => listDocument(bytes, { entries, shown }),
		});
	},
};
