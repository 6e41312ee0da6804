import type { Adapter, AdapterEnv, HandleResult, Handler, ItemResult } from "../../../mixer/adapters/adapter.ts";
import type { Harness } from "../../../mixer/conformance/harness.ts";

export interface Config {
	readonly url: string;
}

/** An adapter that keeps the contract, to be broken in one place at a time. */
export const sound: Adapter<Config> = {
	name: "sound",
	signals: ["record", "metric", "log", "span"],
	configSchema: {
		type: "object",
		properties: { url: { type: "string" } },
		required: ["url"],
		additionalProperties: false,
	},
	attributes: () => ["request.id"],
	build: (config, env) => soundHandler(config, env),
};

/** What it builds. */
export function soundHandler({ url }: Config, env: Pick<AdapterEnv, "signal">): Handler {
	return {
		async handle({ items }): Promise<HandleResult> {
			const response = await fetch(url, { method: "POST", body: text(items), signal: env.signal });
			const refused = Number(await response.text());
			if (response.status >= 500) return "retry";
			if (!response.ok) return { rejected: `http_${response.status}` };
			return items.map((_, i): ItemResult => (i === items.length - refused ? { rejected: "refused" } : "delivered"));
		},
		async flush() {},
		async close() {},
	};
}

/** What the suite has to know of it. */
export default {
	backend: "http",
	config: ({ url }) => ({ url }),
	wrong: [{ url: 5 }],
	environment: { TOKEN: "conformance-secret" },
	partial: { status: 200, body: "1" },
} satisfies Harness;

function text(items: readonly object[]): string {
	return JSON.stringify(items, (_, value: unknown) => {
		if (value instanceof Map) return [...value];
		return typeof value === "bigint" ? String(value) : value;
	});
}
