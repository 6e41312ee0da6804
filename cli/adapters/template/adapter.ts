import type { Adapter, Batch, HandleResult } from "sluice/adapter";

/** A Handler's `spec.config`, valid by the schema below and with its defaults. */
interface Config {
	readonly url: string;
	readonly tokenEnv?: string;
}

const configSchema = {
	type: "object",
	properties: {
		url: { type: "string", pattern: "^https?://", description: "Where batches are posted." },
		tokenEnv: { type: "string", description: "The environment variable that holds the bearer token." },
	},
	required: ["url"],
	additionalProperties: false,
};

const adapter: Adapter<Config> = {
	name: "my-adapter",
	signals: ["record", "log"],
	configSchema,
	attributes: () => ["request.id", "request.method", "request.url_path", "response.code", "check.decision"],
	build({ url, tokenEnv }, env) {
		const token = tokenEnv === undefined ? undefined : env.environment[tokenEnv];
		if (tokenEnv !== undefined && token === undefined) {
			throw new Error(`config.tokenEnv: there is no environment variable ${tokenEnv}`);
		}
		const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
		return {
			async handle(batch): Promise<HandleResult> {
				// Throws where nobody answers: the Mixer tries again.
				const response = await fetch(url, { method: "POST", headers, body: bodyOf(batch), signal: env.signal });
				// Read to its end, the connection is free for the next batch.
				await response.arrayBuffer();
				if (response.ok) return "delivered";
				if (response.status === 429 || response.status >= 500) return "retry";
				return { rejected: `http_${response.status}` };
			},
			async flush() {},
			async close() {},
		};
	},
};

export default adapter;

/** JSON has neither bigints, which timestamps are, nor maps. */
function bodyOf({ signal, items }: Batch): string {
	return JSON.stringify({ signal, items }, (_, value: unknown) => {
		if (value instanceof Map) return Object.fromEntries(value);
		return typeof value === "bigint" ? String(value) : value;
	});
}
