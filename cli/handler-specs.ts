import type { HandlerConfig, Snapshot } from "../galley/snapshot.ts";
import type { Adapter } from "../mixer/adapters/adapter.ts";
import { DEFAULT_ATTRIBUTES } from "../mixer/adapters/default-attributes.ts";
import { adapters } from "../mixer/adapters/registry.ts";
import { vocabulary } from "../mixer/api/generated/vocabulary.ts";
import { MixerError } from "../mixer/error.ts";
import type { HandlerSpec } from "../mixer/report/build-handlers.ts";
import { loadAdapters } from "./find-adapter.ts";

/** The configuration's handlers, each with its adapter, people's own among them. */
export async function allHandlerSpecs(snapshot: Pick<Snapshot, "handlers">): Promise<HandlerSpec[]> {
	return handlerSpecs(snapshot, await loadAdapters(snapshot.handlers));
}

/**
 * The configuration's handlers, each with its adapter.
 *
 * @param loaded adapters that don't come with the Mixer, by the file that exports them.
 */
export function handlerSpecs(
	snapshot: Pick<Snapshot, "handlers">,
	loaded: ReadonlyMap<string, Adapter> = new Map(),
): HandlerSpec[] {
	return snapshot.handlers.map((handler) => {
		const { name, adapter: word, module, config, records, rules, queueRecords, queueBytes, timeoutMs } = handler;
		const adapter = module === undefined ? adapters.get(word) : loaded.get(module);
		if (adapter === undefined) throw fault(handler, `there is no adapter ${word}`);
		if (module !== undefined) checkAttributes(adapter, handler);
		return { name, adapter, config, records, rules, queueRecords, queueBytes, timeoutMs };
	});
}

/** What of a record handlers need, in no order: the filter sends that and nothing else. */
export function attributesOf(handlers: readonly HandlerSpec[]): string[] {
	return handlers.flatMap(({ adapter, config, records, rules }) => [
		...(records && adapter.signals.includes("record") ? (adapter.attributes?.(config) ?? DEFAULT_ATTRIBUTES) : []),
		...rules.flatMap((rule) => rule.attributes),
	]);
}

/** An adapter of someone's own may say anything. */
function checkAttributes(adapter: Adapter, handler: HandlerConfig): void {
	let named: unknown;
	try {
		named = adapter.attributes?.(handler.config) ?? [];
	} catch (cause) {
		throw fault(handler, `${handler.adapter}: its attributes fail: ${MixerError.from(cause).message}`);
	}
	if (!Array.isArray(named)) throw fault(handler, `${handler.adapter}: its attributes must give a list of names`);
	const unknown = named.find((name) => typeof name !== "string" || !Object.hasOwn(vocabulary, name));
	if (unknown === undefined) return;
	const text = `${handler.adapter}: its attributes name ${JSON.stringify(unknown)}, which no record has (docs/attributes.md)`;
	throw fault(handler, text);
}

function fault({ file, line }: HandlerConfig, text: string): MixerError {
	return new MixerError("invalid", `${file}:${line} ${text}`);
}
