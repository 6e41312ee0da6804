import type { Snapshot } from "../galley/snapshot.ts";
import { adapters } from "../mixer/adapters/registry.ts";
import { MixerError } from "../mixer/error.ts";
import type { HandlerSpec } from "../mixer/report/build-handlers.ts";

/** The configuration's handlers, each with its adapter. */
export function handlerSpecs(snapshot: Pick<Snapshot, "handlers">): HandlerSpec[] {
	return snapshot.handlers.map(
		({ name, adapter: word, config, records, rules, queueRecords, queueBytes, timeoutMs, file, line }) => {
			const adapter = adapters.get(word);
			if (adapter === undefined) throw new MixerError("invalid", `${file}:${line} there is no adapter ${word}`);
			return { name, adapter, config, records, rules, queueRecords, queueBytes, timeoutMs };
		},
	);
}

/** What of a record handlers need, in no order: the filter sends that and nothing else. */
export function attributesOf(handlers: readonly HandlerSpec[]): string[] {
	return handlers.flatMap(({ adapter, config, records, rules }) => [
		...(records && adapter.signals.includes("record") ? adapter.attributes(config) : []),
		...rules.flatMap((rule) => rule.attributes),
	]);
}
