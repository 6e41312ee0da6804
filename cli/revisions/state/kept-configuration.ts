import { readFile } from "node:fs/promises";
import { z } from "zod";
import { USES } from "../../../citadel/proxy-access.ts";
import { telemetryRuleSchema } from "../../../galley/telemetry-rule.ts";
import { MixerError } from "../../../mixer/error.ts";
import { writeWholeFile } from "../../../mixer/policy/whole-file.ts";
import type { MixerSnapshot } from "../../live-mixer.ts";
import { KeptQuotaStores, KeptQuotas } from "./kept-quotas.ts";

const File: z.ZodType<MixerSnapshot & { readonly version: 1 }> = z.object({
	version: z.literal(1),
	settings: z.object({
		mixer: z.object({
			cluster: z.string(),
			policyWorkers: z.int(),
			queuedChecks: z.int(),
			graceMs: z.number(),
			staleAfterMs: z.number(),
		}),
		redaction: z.object({ headers: z.array(z.string()), queryParameters: z.array(z.string()) }),
		ports: z.object({
			listener: z.int(),
			envoyAdmin: z.int(),
			mixer: z.int(),
			discovery: z.int(),
			admin: z.int(),
		}),
		tls: z
			.object({
				certificate: z.string(),
				key: z.string(),
				clientAuthorities: z.string(),
				proxies: z
					.array(
						z.object({
							identity: z.string(),
							nodes: z.array(z.string()).exactOptional(),
							may: z.array(z.enum(USES)),
							quotas: z.array(z.string()).exactOptional(),
						}),
					)
					.exactOptional(),
			})
			.exactOptional(),
		quotaStores: KeptQuotaStores,
	}),
	quotas: KeptQuotas,
	handlers: z.array(
		z.object({
			name: z.string(),
			adapter: z.string(),
			module: z.string().exactOptional(),
			config: z.unknown(),
			records: z.boolean(),
			rules: z.array(telemetryRuleSchema),
			queueRecords: z.int(),
			queueBytes: z.int(),
			timeoutMs: z.number(),
			file: z.string(),
			line: z.int(),
		}),
	),
});

/** Keeps the settings, quotas and handlers that are in force. A handler's may hold secrets: for the owner's eyes only. */
export async function writeKeptConfiguration(
	file: string,
	{ settings, quotas, handlers }: MixerSnapshot,
): Promise<void> {
	const { mixer, redaction, ports, tls, quotaStores } = settings;
	const text = JSON.stringify({
		version: 1,
		settings: { mixer, redaction, ports, tls, quotaStores },
		quotas,
		handlers,
	});
	await writeWholeFile(file, `${text}\n`, { mode: 0o600, isDurable: true });
}

/**
 * Reads what was kept.
 *
 * @throws MixerError "invalid" where it can't be read.
 */
export async function readKeptConfiguration(file: string): Promise<MixerSnapshot> {
	try {
		const { settings, quotas, handlers } = File.parse(JSON.parse(await readFile(file, "utf8")));
		return { settings, quotas, handlers };
	} catch (cause) {
		const text = `${file}: no settings and handlers of this version of sluice are kept there`;
		throw new MixerError("invalid", text, { cause });
	}
}
