import type { DataSourceAdapter } from "./data-source.ts";
import { json } from "./json.ts";
import { list } from "./list.ts";

/** What comes with the Mixer to read policies' data, by the word in a DataSource's `spec.adapter`. */
export const dataSourceAdapters: ReadonlyMap<string, DataSourceAdapter> = new Map(
	[json, list].map((adapter) => [adapter.name, adapter]),
);
