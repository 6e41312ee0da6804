import type { Adapter, Batch, HandleResult, ItemResult } from "../adapter.ts";
import { jsonSchema, parseConfig } from "../config.ts";
import { type OtlpAnswer, OtlpClient } from "./otlp-client.ts";
import { otlpConfiguration, readHeaders, readTls } from "./otlp-config.ts";
import { logsRequest } from "./otlp-logs.ts";
import { OtlpMetrics } from "./otlp-metrics.ts";
import { attributes } from "./otlp-value.ts";

/** What OTLP/HTTP calls worth another try. */
const RETRIED: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Metrics and logs to an OpenTelemetry receiver: OTLP/HTTP with JSON, which every receiver takes. Metrics are sums since
 * the handler was opened, so that what failed once is in the next request, and what is sent twice counts once.
 */
export const otlp: Adapter = {
	name: "otlp",
	signals: ["metric", "log"],
	configSchema: jsonSchema(otlpConfiguration),
	attributes: () => [],
	async build(config, env) {
		const parsed = parseConfig(otlpConfiguration, config);
		const headers = await readHeaders(parsed.headers, env.environment);
		const tls = await readTls(parsed.tls);
		const client = new OtlpClient({ endpoint: new URL(parsed.endpoint), headers, tls, signal: env.signal });
		const resource = { attributes: attributes(Object.entries(parsed.resource)) };
		const metrics = new OtlpMetrics(env.now());
		/** The batch that was added up last: one that comes again is not added up again. */
		let added: Batch | undefined;
		const sendMetrics = async () => {
			const answer = await client.post("/v1/metrics", metrics.request(resource, env.now()));
			if (!RETRIED.has(answer.status)) metrics.sent();
			return answer;
		};
		return {
			define: (definitions) => metrics.define(definitions),
			async handle(batch) {
				if (batch.signal === "record" || batch.signal === "span") return { rejected: "not_taken" };
				if (batch.signal === "log") {
					const answer = await client.post("/v1/logs", logsRequest(batch.items, resource, env.now()));
					return resultOf(answer, batch.items.length);
				}
				if (added !== batch) metrics.add(batch.items);
				added = batch;
				return resultOf(await sendMetrics(), batch.items.length);
			},
			async flush() {
				if (metrics.isUnsent) await sendMetrics();
			},
			async close() {
				client.close();
			},
		};
	},
};

/** Throws where it is worth another try, so that the very same batch comes again. */
function resultOf({ status, text }: OtlpAnswer, items: number): HandleResult {
	if (RETRIED.has(status)) throw new Error(`answered ${status}`);
	if (status < 200 || status > 299) return { rejected: `http_${status}` };
	const rejected = Math.min(items, rejectedItems(text));
	if (rejected === 0) return "delivered";
	// The receiver says how many, not which.
	return Array.from(
		{ length: items },
		(_, i): ItemResult => (i < items - rejected ? "delivered" : { rejected: "partial" }),
	);
}

/** Of a partial success; a body that is none says nothing. */
function rejectedItems(text: string): number {
	const match = /"rejected(?:LogRecords|DataPoints)"\s*:\s*"?(\d{1,15})/.exec(text);
	return Number(match?.[1] ?? 0);
}
