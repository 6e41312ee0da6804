import * as z from "zod";
import { checkedText, type TextRule } from "./checked-text.ts";
import { duration } from "./duration.ts";
import { documentName } from "./names.ts";
import { MEMORY_STORE } from "./quota.ts";

/** Each holds a connection for every node it knows. */
const MAX_STORES = 16;

/** Where a Cluster is entered; the others of its nodes are learnt from these. */
const MAX_ADDRESSES = 32;

const MAX_TEXT = 1024;

/** A host and a port. */
const address: TextRule = {
	check(text) {
		const [, port = ""] = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]{1,253}):(\d{1,5})$/.exec(text) ?? [];
		return Number(port) >= 1 && Number(port) <= 65_535 ? undefined : "must be a host and a port, such as redis:6379";
	},
	suggest(text) {
		const bare = text
			.trim()
			.replace(/^rediss?:\/\/(?:[^@/]*@)?/, "")
			.replace(/\/.*$/, "");
		return /:\d+$/.test(bare) ? bare : `${bare}:6379`;
	},
};

const environmentName: TextRule = {
	check(text) {
		return /^[A-Za-z_][A-Za-z0-9_]{0,255}$/.test(text) ? undefined : "must be the name of an environment variable";
	},
	suggest(text) {
		return text.replace(/^\$\{?/, "").replace(/\}$/, "");
	},
};

const tlsSchema = z
	.strictObject({
		caFile: text().exactOptional().describe("Certificates to trust instead of the system's; PEM."),
		certFile: text().exactOptional().describe("Our own certificate, where the server asks for one; PEM."),
		keyFile: text().exactOptional().describe("Its key; PEM."),
		serverName: text()
			.exactOptional()
			.describe("The name that the server's certificate must have; the address's host if left out."),
	})
	.superRefine(({ certFile, keyFile }, context) => {
		if ((certFile === undefined) === (keyFile === undefined)) return;
		const [path, other] = certFile === undefined ? ["certFile", "keyFile"] : ["keyFile", "certFile"];
		context.addIssue({ code: "custom", path: [path], message: `is missing: ${other} is of no use without it` });
	})
	.exactOptional()
	.describe("TLS, with the server's certificate verified. Left out: plain TCP. `{}` takes all defaults.");

const redisSchema = z
	.strictObject({
		addresses: z
			.array(checkedText(address))
			.min(1)
			.max(MAX_ADDRESSES)
			.describe("One server, or with `cluster` some of the Cluster's nodes: host and port."),
		cluster: z.boolean().default(false).describe("Whether it is a Redis or Valkey Cluster."),
		tls: tlsSchema,
		username: text().exactOptional().describe("The ACL user."),
		passwordFile: text()
			.exactOptional()
			.describe("A file that holds the password, relative to the configuration's folder."),
		passwordEnv: checkedText(environmentName)
			.exactOptional()
			.describe("An environment variable of the Mixer that holds the password."),
		prefix: z
			.string()
			.max(64)
			.regex(/^[^{}]*$/)
			.default("sluice:")
			.describe("What its keys begin with."),
		connectTimeout: duration({ min: "10ms", max: "1m", default: "2s", description: "How long connecting may take." }),
		timeout: duration({
			min: "1ms",
			max: "10s",
			default: "100ms",
			description: "How long one answer may take before the store counts as unavailable.",
		}),
	})
	.superRefine((redis, context) => {
		const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
		if (!redis.cluster && redis.addresses.length > 1)
			refuse(["addresses", 1], "is one too many: without cluster: true there is one server");
		if (redis.passwordFile !== undefined && redis.passwordEnv !== undefined)
			refuse(["passwordEnv"], "cannot stand beside passwordFile: there is one password");
		const hasPassword = redis.passwordFile !== undefined || redis.passwordEnv !== undefined;
		if (redis.username !== undefined && !hasPassword)
			refuse(["passwordFile"], "is missing: a user needs a password (passwordFile or passwordEnv)");
	});

/** Where quotas are counted beside the Mixer's own memory. */
export const quotaStoresSchema = z
	.array(
		z.strictObject({
			name: checkedText(documentName).describe("What a Quota's `store` names."),
			redis: redisSchema.describe("A Redis or Valkey server (6 or newer), or a Cluster of them."),
		}),
	)
	.max(MAX_STORES)
	.superRefine((stores, context) => {
		const known = new Map([[MEMORY_STORE, "the Mixer's own memory"]]);
		for (const [index, { name }] of stores.entries()) {
			const owner = known.get(name);
			const message = `"${name}" is ${owner} already`;
			if (owner !== undefined) context.addIssue({ code: "custom", path: [index, "name"], message });
			else known.set(name, `spec.quotaStores[${index}]`);
		}
	})
	.default([])
	.describe("Stores for quotas beside `memory`, the Mixer's own, which is always there.");

function text() {
	return z.string().min(1).max(MAX_TEXT);
}
