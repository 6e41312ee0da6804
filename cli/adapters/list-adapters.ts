import type { HandlerConfig } from "../../galley/snapshot.ts";
import { adapters } from "../../mixer/adapters/registry.ts";
import { loadAdapters } from "../find-adapter.ts";
import { formatTable } from "../revisions/table.ts";

/** One adapter that a Handler can name. */
export interface ListedAdapter {
	/** What stands in `spec.adapter`. */
	readonly adapter: string;
	readonly signals: readonly string[];
	readonly origin: "built in" | "own";
	/** Of one of someone's own. */
	readonly file?: string;
}

/** Those that come with the Mixer, then those of people's own that these handlers use. */
export async function listAdapters(handlers: readonly HandlerConfig[]): Promise<readonly ListedAdapter[]> {
	const builtIn = Array.from(adapters.values(), ({ name, signals }): ListedAdapter => {
		return { adapter: name, signals, origin: "built in" };
	});
	const loaded = await loadAdapters(handlers);
	const own = new Map<string, ListedAdapter>();
	for (const { adapter, module } of handlers) {
		const found = module === undefined ? undefined : loaded.get(module);
		if (module === undefined || found === undefined) continue;
		own.set(adapter, { adapter, signals: found.signals, origin: "own", file: module });
	}
	return [...builtIn, ...own.values()];
}

/** As a table. */
export function describeAdapters(list: readonly ListedAdapter[]): string {
	const rows = list.map(({ adapter, signals, origin, file }) => [adapter, signals.join(", "), file ?? origin]);
	return formatTable([{ title: "adapter" }, { title: "takes" }, { title: "from" }], rows);
}
