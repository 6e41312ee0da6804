import { z } from "zod";
import type { Quota, QuotaStore } from "../../../galley/snapshot.ts";

const base = { limit: z.number(), burst: z.number().exactOptional() };

/** Quotas as they are kept. */
export const KeptQuotas: z.ZodType<readonly Quota[]> = z.array(
	z.object({
		name: z.string(),
		...base,
		windowMs: z.number(),
		algorithm: z.enum(["fixed", "rolling", "gcra"]),
		overrides: z.array(z.object({ key: z.array(z.union([z.string(), z.number(), z.boolean()])), ...base })),
		failureMode: z.enum(["deny", "allow"]),
		localLimit: z.number().exactOptional(),
		store: z.string(),
		mode: z.enum(["enforce", "shadow"]),
		charge: z.object({
			at: z.enum(["request", "response", "settle"]),
			amount: z.string().exactOptional(),
			codeBelow: z.number().exactOptional(),
		}),
		file: z.string(),
		line: z.int(),
	}),
);

/** Their stores; where a password is to be found, never the password. */
export const KeptQuotaStores: z.ZodType<readonly QuotaStore[]> = z.array(
	z.object({
		name: z.string(),
		redis: z.object({
			addresses: z.array(z.string()),
			cluster: z.boolean(),
			tls: z
				.object({
					caFile: z.string().exactOptional(),
					certFile: z.string().exactOptional(),
					keyFile: z.string().exactOptional(),
					serverName: z.string().exactOptional(),
				})
				.exactOptional(),
			username: z.string().exactOptional(),
			passwordFile: z.string().exactOptional(),
			passwordEnv: z.string().exactOptional(),
			prefix: z.string(),
			connectTimeoutMs: z.number(),
			timeoutMs: z.number(),
		}),
	}),
);
