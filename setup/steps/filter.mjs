import { mustRun } from "../run.mjs";
import { hashInputs, unlessUpToDate } from "../stamps.mjs";

/** All of setup/, since the build has several files there and a stale filter costs more than a needless build. */
const sources = ["filters", "mixer/policy/link", "asconfig.json", "setup", "package-lock.json"];

/** The filter that policies are linked into. */
export const linkableFilter = "build/filter/http.link.wasm";

/** What a build of the filter leaves: that, and the same for Envoy as it is, without a policy. */
const outputs = ["build/filter/http.wasm", linkableFilter];

/**
 * The filter, compiled to build/filter.
 *
 * @param {{root: string, node: string}} machine
 * @returns {Promise<boolean>} whether it had to work
 */
export function buildFilter({ root, node }) {
	const inputs = hashInputs(root, sources);
	return unlessUpToDate({ root, name: "filter", inputs, outputs }, () =>
		mustRun(node, ["setup/build-filter.mjs"], { cwd: root, failure: "the filter could not be built: see below" }),
	);
}
