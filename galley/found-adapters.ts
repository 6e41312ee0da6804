import * as z from "zod";
import { showValue } from "./field-path.ts";
import type { Message } from "./message.ts";
import { toMessage } from "./problem.ts";
import type { SourceDocument } from "./source-document.ts";
import type { Signal } from "./telemetry-parts.ts";

/** What Galley has to know of an adapter that does not come with the Mixer. */
export interface FoundAdapter {
	/** Absolute path of the file that exports it. */
	readonly module: string;
	/** JSON Schema of a Handler's `spec.config`. */
	readonly configSchema: object;
	readonly signals: readonly Signal[];
	/** What whoever uses it is warned of. */
	readonly warning?: string;
}

/** Why there is none: goes on behind what was written. */
export interface AdapterFault {
	readonly fault: string;
}

/** Looks for the adapter that a Handler of a configuration's folder names. Does not throw. */
export type FindAdapter = (reference: string, dir: string) => Promise<FoundAdapter | AdapterFault>;

/** What became of the adapters that documents name and that don't come with the Mixer, by what is written. */
export type FoundAdapters = ReadonlyMap<string, FoundAdapter | AdapterFault>;

const withAdapter = z.object({ kind: z.literal("Handler"), spec: z.object({ adapter: z.string().min(1) }) });

/** Looks for each of them once. */
export async function findAdapters(
	documents: readonly SourceDocument[],
	options: { dir: string; known: ReadonlyMap<string, object>; find: FindAdapter | undefined },
): Promise<FoundAdapters> {
	const { dir, known, find } = options;
	const found = new Map<string, FoundAdapter | AdapterFault>();
	if (find === undefined) return found;
	for (const { value } of documents) {
		const reference = withAdapter.safeParse(value).data?.spec.adapter;
		if (reference === undefined || known.has(reference) || found.has(reference)) continue;
		found.set(reference, await find(reference, dir));
	}
	return found;
}

/** What Handlers are warned of, at the adapters that they name. */
export function adapterWarnings(documents: readonly SourceDocument[], found: FoundAdapters): Message[] {
	return documents.flatMap((source) => {
		const adapter = withAdapter.safeParse(source.value).data?.spec.adapter ?? "";
		const one = found.get(adapter);
		if (one === undefined || "fault" in one || one.warning === undefined) return [];
		const text = `${showValue(adapter)} ${one.warning}`;
		return [toMessage(source, { code: "bad_adapter", path: ["spec", "adapter"], at: "value", text }, "warning")];
	});
}

/** Those that are there. */
export function usable(found: FoundAdapters): ReadonlyMap<string, FoundAdapter> {
	return new Map([...found].flatMap(([name, one]) => ("fault" in one ? [] : [[name, one] as const])));
}
