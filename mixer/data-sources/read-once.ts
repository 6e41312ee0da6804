import type { Snapshot } from "../../galley/snapshot.ts";
import { MixerError } from "../error.ts";
import type { SourceData } from "../policy/source-data.ts";
import { type DataSourcesOptions, openSource } from "./data-sources.ts";
import { sourceFault } from "./source-fault.ts";
import { readWithin } from "./source-reader.ts";

export interface ReadOnceOptions extends Pick<DataSourcesOptions, "adapterOf" | "clock" | "environment" | "logger"> {
	readonly snapshot: Pick<Snapshot, "dir" | "dataSources">;
	/** Those alone that ask nothing of the network. */
	readonly localOnly?: boolean;
}

/**
 * Reads every source of a configuration once, for a command that builds: what can't be read now fails it, whatever the
 * source's `onExpired` says.
 *
 * @throws MixerError "invalid" with what is wrong with each.
 */
export async function readSourcesOnce(options: ReadOnceOptions): Promise<readonly SourceData[]> {
	const { snapshot, clock, localOnly = false } = options;
	const stop = new AbortController().signal;
	const read = snapshot.dataSources.map(async (config): Promise<SourceData | undefined> => {
		const { name, path, timeoutMs, onExpired, file, line } = config;
		const source = await openSource(config, { ...options, dir: snapshot.dir });
		if (localOnly && !source.isLocal) return undefined;
		const reading = await readWithin(source, { tag: undefined, timeoutMs, clock, stop }).catch((cause: unknown) => {
			throw new MixerError("invalid", sourceFault(config, MixerError.from(cause).message), { cause });
		});
		if (reading === "unchanged")
			throw new MixerError("invalid", sourceFault(config, "says unchanged before it was read"));
		const { document } = reading;
		return { name, path, document, empty: source.empty, mayDeny: onExpired === "deny", denies: false, file, line };
	});
	const results = await Promise.allSettled(read);
	const faults = results.flatMap((each) => (each.status === "rejected" ? MixerError.from(each.reason).message : []));
	if (faults.length > 0) throw new MixerError("invalid", faults.join("\n"));
	return results.flatMap((each) => (each.status === "fulfilled" ? (each.value ?? []) : []));
}
