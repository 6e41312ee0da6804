import { resolve } from "node:path";
import { filterFileText } from "../../cli/filter.ts";
import { buildConfiguration, loadConfiguration } from "../../cli/up/prepare.ts";
import type { Snapshot } from "../../galley/snapshot.ts";
import type { Build } from "../../mixer/policy/requirements.ts";
import type { HandlerSpec } from "../../mixer/report/build-handlers.ts";
import { checkout } from "./programs.ts";

/** A configuration folder, built for Envoy. */
export interface BuiltConfiguration {
	readonly snapshot: Snapshot;
	readonly build: Build;
	/** The text of filter.json. */
	readonly filter: string;
}

/** A configuration of the tests by its folder's name below test/testdata/e2e, or by an absolute path. */
export function testConfiguration(name: string): string {
	return resolve(checkout, "test/testdata/e2e", name);
}

/** Loads and builds a folder as `sluice build` does. A warning is a fault here. */
export async function buildTestConfiguration(
	dir: string,
	handlers: readonly HandlerSpec[] = [],
): Promise<BuiltConfiguration> {
	const fail = (text: string) => {
		throw new Error(text);
	};
	const streams = { stderr: { write: fail } };
	const snapshot = await loadConfiguration(dir, streams);
	const build = await buildConfiguration({ snapshot, handlers, streams });
	return { snapshot, build, filter: filterFileText(build) };
}
