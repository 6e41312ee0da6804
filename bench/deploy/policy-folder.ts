import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "../../cli/checkout.ts";

/**
 * How long Envoy waits for a decision from another process, the Mixer or OPA: so long that a busy machine shows as
 * latency and not as denials, whose cost is another.
 */
export const DECISION_TIMEOUT = "2s";

/** A Quota of which a twentieth lasts for seconds at any rate that is measured. */
const ENDLESS = { limit: 1_000_000_000, window: "1d", failureMode: "deny" };

/** A configuration to be built for one deployment. */
export interface PolicyFolderOptions {
	readonly placement: "auto" | "mixer";
	readonly entrypoint: string;
	/** A folder of bench/policies whose Rego is put beside the bookstore's. */
	readonly more?: string;
	/** Names of Quotas that never run out. */
	readonly quotas?: readonly string[];
}

/**
 * Writes a configuration's folder: the bookstore's policy, for every request, and the two handlers of policies/sluice.yaml,
 * so that a record of each request is sent, counted and written.
 */
export async function writePolicyFolder(dir: string, options: PolicyFolderOptions): Promise<void> {
	const bundle = join(dir, "bookstore");
	await mkdir(dir, { recursive: true });
	await cp(join(checkout, "policies/bookstore"), bundle, { recursive: true });
	if (options.more) await cp(join(checkout, "bench/policies", options.more), bundle, { recursive: true });
	const documents = [
		policy(options),
		...(options.quotas ?? []).map((name) => ({ kind: "Quota", metadata: { name }, spec: ENDLESS })),
		{ kind: "Handler", metadata: { name: "metrics" }, spec: { adapter: "prometheus" } },
		{
			kind: "Handler",
			metadata: { name: "access-log" },
			spec: { adapter: "jsonlog", config: { file: join(dir, "access.jsonl") } },
		},
	];
	// JSON is YAML.
	const texts = documents.map((spec) => JSON.stringify({ apiVersion: "sluice.dev/v1alpha1", ...spec }, null, "\t"));
	await writeFile(join(dir, "sluice.yaml"), texts.join("\n---\n"));
}

function policy({ placement, entrypoint }: PolicyFolderOptions): object {
	return {
		kind: "Policy",
		metadata: { name: "bookstore" },
		spec: {
			bundle: "bookstore",
			entrypoint,
			targets: [{}],
			placement,
			failureMode: "deny",
			deadline: DECISION_TIMEOUT,
		},
	};
}
