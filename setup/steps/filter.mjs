import { mustRun } from "../run.mjs";
import { hashInputs, unlessUpToDate } from "../stamps.mjs";

/** All of setup/, since the build has several files there and a stale filter costs more than a needless build. */
const sources = ["filters", "asconfig.json", "setup", "package-lock.json"];

/** What a build of the filter leaves. */
export const filterModule = "build/filter/http.wasm";

/**
 * The filter, compiled to build/filter/http.wasm.
 *
 * @param {{root: string, node: string}} machine
 * @returns {Promise<boolean>} whether it had to work
 */
export function buildFilter({ root, node }) {
	const inputs = hashInputs(root, sources);
	return unlessUpToDate({ root, name: "filter", inputs, outputs: [filterModule] }, () =>
		mustRun(node, ["setup/build-filter.mjs"], { cwd: root, failure: "the filter could not be built: see below" }),
	);
}
