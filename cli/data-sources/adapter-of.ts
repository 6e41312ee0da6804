import { loadModule } from "../../galley/load-module.ts";
import type { DataSourceAdapter } from "../../mixer/data-sources/data-source.ts";
import { dataSourceAdapters } from "../../mixer/data-sources/registry.ts";

/** What reads a DataSource: one that comes with the Mixer, or a module of a person's own, which Galley has seen already. */
export async function adapterOf(dir: string, word: string): Promise<DataSourceAdapter | undefined> {
	const known = dataSourceAdapters.get(word);
	if (known !== undefined) return known;
	const loaded = await loadModule(dir, word);
	return loaded !== undefined && "value" in loaded && isAdapter(loaded.value) ? loaded.value : undefined;
}

function isAdapter(value: unknown): value is DataSourceAdapter {
	return typeof value === "object" && value !== null && "build" in value && typeof value.build === "function";
}
