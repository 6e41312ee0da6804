import { z } from "zod";
import { MixerError } from "../../error.ts";
import { isLoopback } from "../http/loopback.ts";
import { headerSources } from "../http/request-headers.ts";
import { secretSource } from "../http/secret-source.ts";
import { tlsFiles } from "../http/tls-files.ts";
import { attributeNames } from "../json-line.ts";

/** What a person writes for the adapter `webhook`. */
export const webhookConfiguration = z.strictObject({
	url: z
		.string()
		.regex(/^https?:\/\/[^\s#]+$/)
		.meta({ description: "Where messages are posted. `http` only to this machine, or with `allowHttp`." }),
	secret: secretSource.meta({
		description:
			"What messages are signed with: `whsec_` and base64, from an environment variable or a file. Several, one a line, all sign: for a change of the secret.",
	}),
	headers: headerSources,
	tls: tlsFiles,
	allowHttp: z
		.boolean()
		.default(false)
		.meta({ description: "Whether messages may go to another machine without TLS, readable for all in between." }),
	maxBytes: z
		.int()
		.min(1024)
		.max(104_857_600)
		.default(1_048_576)
		.meta({ description: "Of one message. A batch is posted in as many as it takes.", unit: "bytes" }),
	attributes: z
		.array(z.enum(attributeNames()))
		.min(1)
		.optional()
		.meta({ description: "What each record holds. Left out: what an access log usually says." }),
});

/** With defaults. */
export type WebhookConfiguration = z.output<typeof webhookConfiguration>;

/** @throws MixerError "invalid" where messages would be readable on their way. */
export function webhookUrl({ url: text, allowHttp }: Pick<WebhookConfiguration, "url" | "allowHttp">): URL {
	if (!URL.canParse(text)) throw new MixerError("invalid", "config.url: is no URL");
	const url = new URL(text);
	if (url.username !== "" || url.password !== "") {
		throw new MixerError("invalid", "config.url: holds a password, which a configuration should not: use headers");
	}
	if (url.protocol === "https:" || allowHttp || isLoopback(url.hostname)) return url;
	throw new MixerError(
		"invalid",
		`config.url: messages to ${url.hostname} would be readable on their way: use https, or set allowHttp`,
	);
}
