import { setTimeout as sleep } from "node:timers/promises";
import { create, toBinary } from "@bufbuild/protobuf";
import type { Adapter, AdapterEnv, Batch, HandleResult, Handler, ItemResult } from "../adapter.ts";
import { jsonSchema, parseConfig } from "../config.ts";
import { readHeaders } from "../http/request-headers.ts";
import { readTls } from "../http/tls-files.ts";
import { endpointOf, type OtlpConfiguration, otlpConfiguration } from "./otlp-config.ts";
import { OtlpGrpc } from "./otlp-grpc.ts";
import { OtlpHttp } from "./otlp-http.ts";
import { logsRequest } from "./otlp-logs.ts";
import { OtlpMetrics } from "./otlp-metrics.ts";
import { type OtlpAnswer, type OtlpSignal, type OtlpTransport, REQUESTS, type Resource } from "./otlp-signal.ts";
import { tracesRequest } from "./otlp-traces.ts";
import { attributes } from "./otlp-value.ts";
import { Throttle } from "./throttle.ts";

/** Of what a receiver says about items that it rejected, for the log. */
const MAX_MESSAGE = 200;

/**
 * Metrics, logs and spans to an OpenTelemetry receiver, in protobuf over HTTP or gRPC. Metrics are sums since the handler
 * was opened, so that what failed once is in the next request, and what is sent twice counts once.
 */
export const otlp: Adapter = {
	name: "otlp",
	signals: ["metric", "log", "span"],
	configSchema: jsonSchema(otlpConfiguration),
	attributes: () => [],
	async build(config, env) {
		const parsed = parseConfig(otlpConfiguration, config);
		return new OtlpHandler(parsed, env, await openTransport(parsed, env));
	},
};

async function openTransport(config: OtlpConfiguration, env: AdapterEnv): Promise<OtlpTransport> {
	const { protocol, compression } = config;
	const options = {
		...{ endpoint: endpointOf(config), compression, signal: env.signal, now: env.now },
		headers: await readHeaders(config.headers, env.environment),
		tls: await readTls(config.tls),
	};
	return protocol === "grpc" ? new OtlpGrpc(options) : new OtlpHttp(options);
}

class OtlpHandler implements Handler {
	readonly #env: AdapterEnv;
	readonly #transport: OtlpTransport;
	readonly #resource: Resource;
	readonly #metrics: OtlpMetrics;
	readonly #throttle: Throttle;
	/** The batch that was added up last: one that comes again is not added up again. */
	#added: Batch | undefined;

	constructor({ resource }: OtlpConfiguration, env: AdapterEnv, transport: OtlpTransport) {
		this.#env = env;
		this.#transport = transport;
		this.#resource = { attributes: attributes(Object.entries(resource)) };
		this.#metrics = new OtlpMetrics(env.now());
		const wait = (ms: number) => sleep(ms, undefined, { signal: env.signal }).catch(() => {});
		this.#throttle = new Throttle({ now: env.now, wait });
	}

	define(definitions: Parameters<OtlpMetrics["define"]>[0]): void {
		this.#metrics.define(definitions);
	}

	async handle(batch: Batch): Promise<HandleResult> {
		const { length } = batch.items;
		switch (batch.signal) {
			case "record":
				return { rejected: "not_taken" };
			case "metric":
				if (this.#added !== batch) this.#metrics.add(batch.items);
				this.#added = batch;
				return this.#result(await this.#sendMetrics(), length);
			case "log": {
				const request = create(REQUESTS.logs, logsRequest(batch.items, this.#resource, this.#env.now()));
				return this.#result(await this.#send("logs", toBinary(REQUESTS.logs, request)), length);
			}
			case "span": {
				const request = create(REQUESTS.traces, tracesRequest(batch.items, this.#resource));
				return this.#result(await this.#send("traces", toBinary(REQUESTS.traces, request)), length);
			}
		}
	}

	async flush(): Promise<void> {
		if (this.#metrics.isUnsent) await this.#sendMetrics();
	}

	async close(): Promise<void> {
		this.#transport.close();
	}

	async #sendMetrics(): Promise<OtlpAnswer> {
		const request = create(REQUESTS.metrics, this.#metrics.request(this.#resource, this.#env.now()));
		const answer = await this.#send("metrics", toBinary(REQUESTS.metrics, request));
		if (answer.kind !== "retry") this.#metrics.sent();
		return answer;
	}

	async #send(signal: OtlpSignal, request: Uint8Array): Promise<OtlpAnswer> {
		await this.#throttle.pass();
		const answer = await this.#transport.send(signal, request);
		if (answer.kind === "retry" && answer.afterMs !== undefined) this.#throttle.back(answer.afterMs);
		return answer;
	}

	/** Throws where it is worth another try, so that the very same batch comes again. */
	#result(answer: OtlpAnswer, items: number): HandleResult {
		switch (answer.kind) {
			case "retry":
				throw new Error(answer.message);
			case "refused":
				return { rejected: answer.reason };
			case "taken": {
				const rejected = Math.min(items, answer.rejected);
				const said = answer.message.slice(0, MAX_MESSAGE);
				if (rejected > 0 || said !== "") this.#env.logger.warn({ rejected, said }, "what the receiver says");
				if (rejected === 0) return "delivered";
				// The receiver says how many, not which.
				const kept = items - rejected;
				return Array.from({ length: items }, (_, i): ItemResult => (i < kept ? "delivered" : { rejected: "partial" }));
			}
		}
	}
}
