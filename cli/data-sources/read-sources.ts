import type { Snapshot } from "../../galley/snapshot.ts";
import type { AdapterLogger } from "../../mixer/adapters/adapter.ts";
import { readSourcesOnce } from "../../mixer/data-sources/read-once.ts";
import { systemClock } from "../../mixer/observe/clock.ts";
import type { SourceData } from "../../mixer/policy/source-data.ts";
import { adapterOf } from "./adapter-of.ts";

/** A command says what is wrong by failing. */
const silent: AdapterLogger = { info() {}, warn() {}, error() {} };

/** See readSourcesOnce. */
export function readSources(
	snapshot: Pick<Snapshot, "dir" | "dataSources">,
	options: { localOnly?: boolean } = {},
): Promise<readonly SourceData[]> {
	const environment = process.env;
	return readSourcesOnce({ snapshot, adapterOf, clock: systemClock, environment, logger: silent, ...options });
}
