import { resolve } from "node:path";
import { z } from "zod";
import { checkBundle } from "../../galley/bundle.ts";
import type { HandlerConfig, Snapshot } from "../../galley/snapshot.ts";
import { MixerError } from "../../mixer/error.ts";
import { type CompiledLogRule, compileLogPolicy } from "../../mixer/policy/compile-log-policy.ts";

/** The adapter whose configuration names Rego. */
const ADAPTER = "decisionlog";

/** What of its configuration is looked at here; it is valid by its own schema. */
const Rego = z.object({ bundle: z.string(), entrypoint: z.string().optional() }).optional();
const Named = z.looseObject({ mask: Rego, drop: Rego });

/** Where OPA looks for them. */
const DEFAULTS = { mask: "system/log/mask", drop: "system/log/drop" } as const;

/**
 * A snapshot whose decision logs have their masks and drop rules compiled in them, and know the Policies' entrypoints: so
 * they work wherever the snapshot goes, without opa.
 *
 * @throws MixerError "invalid" with file and line.
 */
export async function withLogPolicies(snapshot: Snapshot, opa: () => string): Promise<Snapshot> {
	if (!snapshot.handlers.some(({ adapter }) => adapter === ADAPTER)) return snapshot;
	const entrypoints = Object.fromEntries(snapshot.policies.map(({ name, entrypoint }) => [name, entrypoint]));
	const handlers: HandlerConfig[] = [];
	for (const handler of snapshot.handlers) {
		if (handler.adapter !== ADAPTER) {
			handlers.push(handler);
			continue;
		}
		const config = Named.parse(handler.config ?? {});
		const [mask, drop] = await Promise.all(
			(["mask", "drop"] as const).map((use) => {
				const rego = config[use];
				return rego && compile({ handler, use, rego, dir: snapshot.dir, opa });
			}),
		);
		const prepared = { entrypoints, ...(mask && { mask }), ...(drop && { drop }) };
		handlers.push({ ...handler, config: { ...config, prepared } });
	}
	return { ...snapshot, handlers };
}

async function compile(options: {
	handler: HandlerConfig;
	use: keyof typeof DEFAULTS;
	rego: { bundle: string; entrypoint?: string | undefined };
	dir: string;
	opa: () => string;
}): Promise<CompiledLogRule> {
	const { handler, use, rego, dir, opa } = options;
	const { name, file, line } = handler;
	const { bundle, entrypoint = DEFAULTS[use] } = rego;
	const fault = await checkBundle(dir, bundle);
	if (fault !== undefined) {
		const cure = fault.suggestion === undefined ? "" : ` (did you mean ${fault.suggestion}?)`;
		throw new MixerError("invalid", `${file}:${line} spec.config.${use}.bundle: ${fault.text}${cure}`);
	}
	const source = { name, bundle, bundleDir: resolve(dir, bundle), entrypoint, file, line };
	return compileLogPolicy(source, { opa: opa(), dir: resolve(dir) });
}
