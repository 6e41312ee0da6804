import { join } from "node:path";
import { mustRun } from "../run.mjs";
import { hashInputs, unlessUpToDate } from "../stamps.mjs";
import { linkableFilter } from "./filter.mjs";

const folder = "build/policies";

/** The policies themselves, what compiles them, and the filter, which is part of what Envoy is given. */
const sources = ["policies", "mixer", "galley", "pilot", "cli", "package-lock.json", linkableFilter];

const outputs = [
	"policy.wasm",
	"filter.wasm",
	"data.json",
	"requirements.json",
	"plugin-config.json",
	"SHA256SUMS",
	"filter.json",
];

/**
 * The example policies, built into build/policies.
 *
 * @param {{root: string, node: string, opaVersion: string}} machine
 * @returns {Promise<boolean>} whether it had to work
 */
export function buildPolicies({ root, node, opaVersion }) {
	const inputs = hashInputs(root, sources, [opaVersion]);
	const files = outputs.map((name) => join(folder, name));
	return unlessUpToDate({ root, name: "policies", inputs, outputs: files }, () =>
		mustRun(node, ["bin/sluice.mjs", "build", "policies", "--out", folder], {
			cwd: root,
			failure: "the policies could not be built: see below",
		}),
	);
}
