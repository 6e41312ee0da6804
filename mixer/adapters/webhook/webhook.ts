import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Adapter } from "../adapter.ts";
import { jsonSchema, parseConfig } from "../config.ts";
import { DEFAULT_ATTRIBUTES } from "../default-attributes.ts";
import { HttpPoster } from "../http/http-poster.ts";
import { readHeaders } from "../http/request-headers.ts";
import { readSecret } from "../http/secret-source.ts";
import { readTls } from "../http/tls-files.ts";
import { readKeys } from "./signature.ts";
import { webhookConfiguration, webhookUrl } from "./webhook-config.ts";
import { WebhookHandler } from "./webhook-handler.ts";
import { itemsWriter } from "./webhook-items.ts";

/** How long a receiver may take: one that hangs shall not hold a connection for minutes. */
const MAX_REQUEST_MS = 30_000;

/** What the adapter says itself. */
const TAKEN = ["content-type", "content-length", "host", "webhook-id", "webhook-timestamp", "webhook-signature"];

/** Batches as signed JSON messages to a URL, as Standard Webhooks describes them. */
export const webhook: Adapter = {
	name: "webhook",
	signals: ["record", "metric", "log", "span"],
	configSchema: jsonSchema(webhookConfiguration),
	attributes: (config) => parseConfig(webhookConfiguration, config).attributes ?? DEFAULT_ATTRIBUTES,
	async build(config, env) {
		const parsed = parseConfig(webhookConfiguration, config);
		const url = webhookUrl(parsed);
		const keys = readKeys("config.secret", await readSecret("config.secret", parsed.secret, env.environment));
		const headers = await readHeaders(parsed.headers, env.environment, { taken: TAKEN });
		const tls = await readTls(parsed.tls);
		const protocol = url.protocol === "https:" ? "https:" : "http:";
		return new WebhookHandler({
			poster: new HttpPoster({ protocol, tls, signal: env.signal, maxRequestMs: MAX_REQUEST_MS }),
			...{ url, keys, headers, maxBytes: parsed.maxBytes, now: env.now },
			pause: (ms) => wait(ms, undefined, { signal: env.signal }),
			write: itemsWriter(parsed.attributes ?? DEFAULT_ATTRIBUTES),
			newId: () => `msg_${randomUUID()}`,
		});
	},
};
