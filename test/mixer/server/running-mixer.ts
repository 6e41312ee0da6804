import type { TestContext } from "node:test";
import type { Adapter, Handler } from "../../../mixer/adapters/adapter.ts";
import type {
	AllocateRequest,
	AllocateResponse,
	CheckRequest,
	CheckResponse,
} from "../../../mixer/api/generated/mixer_pb.js";
import type { TelemetryRecord } from "../../../mixer/api/generated/vocabulary.ts";
import { MIXER_PARTS, type Mixer, type MixerOptions, serveMixer } from "../../../mixer/mixer.ts";
import { systemClock } from "../../../mixer/observe/clock.ts";
import { MixerMetrics } from "../../../mixer/observe/metrics.ts";
import { Readiness } from "../../../mixer/observe/readiness.ts";
import { batchRecords } from "../../support/batch-records.ts";
import { MixerClient } from "./mixer-client.ts";

/** A logger that keeps what it is told. */
export class KeptLog {
	readonly lines: { level: string; fields: object; message: string }[] = [];

	info(fields: object, message: string): void {
		this.lines.push({ level: "info", fields, message });
	}

	warn(fields: object, message: string): void {
		this.lines.push({ level: "warn", fields, message });
	}

	error(fields: object, message: string): void {
		this.lines.push({ level: "error", fields, message });
	}
}

/** An adapter around one handler. */
export function adapterOf(handler: Partial<Handler>, name = "test"): Adapter {
	const whole: Handler = { handle: () => "delivered", flush: async () => {}, close: async () => {}, ...handler };
	return { name, signals: ["record"], configSchema: { type: "object" }, attributes: () => [], build: () => whole };
}

/** An adapter that keeps every record in `records`. */
export function keeper(): { adapter: Adapter; records: TelemetryRecord[] } {
	const records: TelemetryRecord[] = [];
	const handle: Handler["handle"] = (batch) => {
		records.push(...batchRecords(batch));
		return "delivered";
	};
	return { adapter: adapterOf({ handle }), records };
}

export interface RunningMixer {
	readonly mixer: Mixer;
	readonly client: MixerClient;
	/** Another client, with a connection of its own. */
	connect(): MixerClient;
	readonly readiness: Readiness;
	readonly log: KeptLog;
	/** GET of a path at the admin port. */
	admin(path: string): Promise<{ status: number; body: string }>;
}

/** Starts a Mixer on free ports and ends it with the test. */
export async function runMixer(
	test: TestContext,
	parts: {
		check?: (request: CheckRequest) => Promise<CheckResponse>;
		allocate?: (request: AllocateRequest) => Promise<AllocateResponse>;
		adapters?: readonly Adapter[];
		options?: Partial<MixerOptions>;
	},
): Promise<RunningMixer> {
	const readiness = new Readiness(MIXER_PARTS);
	const log = new KeptLog();
	const about = { name: "sluice", version: "0.0.0", node: "test" };
	const mixer = await serveMixer({
		check: parts.check ?? (() => Promise.reject(new Error("no check here"))),
		allocate: parts.allocate ?? (() => Promise.reject(new Error("no quotas here"))),
		handlers: (parts.adapters ?? []).map((adapter, i) => {
			return {
				name: `handler-${i}`,
				adapter,
				config: {},
				records: true,
				rules: [],
				queueRecords: 1000,
				queueBytes: 1_000_000,
				timeoutMs: 1000,
			};
		}),
		redaction: { headers: ["authorization"], queryParameters: ["access_token"] },
		host: "127.0.0.1",
		ports: { mixer: 0, admin: 0 },
		graceMs: 2000,
		readiness,
		metrics: new MixerMetrics(about),
		about,
		inForce: () => ({ revision: "ab".repeat(32), sinceMs: 0 }),
		staleAfterMs: 60_000,
		logger: log,
		clock: systemClock,
		random: () => 0,
		...parts.options,
	});
	const clients: MixerClient[] = [];
	const connect = () => {
		const options = { "grpc.use_local_subchannel_pool": 1 };
		const client = new MixerClient(mixer.mixerPort, options);
		clients.push(client);
		return client;
	};
	test.after(async () => {
		for (const client of clients) client.close();
		await mixer.stop();
	});
	const admin = async (path: string) => {
		const response = await fetch(`http://127.0.0.1:${mixer.adminPort}${path}`);
		return { status: response.status, body: await response.text() };
	};
	return { mixer, client: connect(), connect, readiness, log, admin };
}
