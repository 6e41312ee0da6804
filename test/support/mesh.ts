import type { Document } from "yaml";
import type { LiveMixer } from "../../cli/live-mixer.ts";
import { startMixer } from "../../cli/start-mixer.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import type { AttributeName } from "../../mixer/api/generated/vocabulary.ts";
import { type BuiltConfiguration, buildTestConfiguration, testConfiguration } from "./configuration.ts";
import { EchoUpstream } from "./echo-upstream.ts";
import { TestEnvoy } from "./envoy.ts";
import { RecordCollector } from "./record-collector.ts";

/** Longest way of a record from Envoy to a handler, in milliseconds: a batch waits for a second at most. */
const RECORDS_TIMEOUT_MS = 10_000;

export interface MeshOptions {
	/** The configuration's folder below test/testdata/e2e, or an absolute path. */
	readonly configuration: string;
	/** What the collected records shall have; the whole vocabulary if left out. */
	readonly attributes?: readonly AttributeName[];
	/** Changes to Envoy's configuration. */
	readonly change?: (config: Document) => void;
}

/** All of it: an echo, a real Envoy with the real filter in front, and a real Mixer in this process. */
export class Mesh {
	readonly built: BuiltConfiguration;
	readonly upstream: EchoUpstream;
	readonly mixer: LiveMixer;
	readonly envoy: TestEnvoy;
	readonly #collector: RecordCollector;

	private constructor(parts: {
		built: BuiltConfiguration;
		upstream: EchoUpstream;
		mixer: LiveMixer;
		envoy: TestEnvoy;
		collector: RecordCollector;
	}) {
		this.built = parts.built;
		this.upstream = parts.upstream;
		this.mixer = parts.mixer;
		this.envoy = parts.envoy;
		this.#collector = parts.collector;
	}

	static async start(options: MeshOptions): Promise<Mesh> {
		const collector = new RecordCollector(options.attributes);
		const built = await buildTestConfiguration(testConfiguration(options.configuration), [collector.spec]);
		const mixer = await startTestMixer(built, collector);
		const upstream = await EchoUpstream.start();
		const ports = { upstreamPort: upstream.port, upstreamHttp2Port: upstream.http2Port, mixerPort: mixer.mixerPort };
		const change = options.change && { change: options.change };
		try {
			const envoy = await TestEnvoy.startWithMixer({ ...ports, filter: built.filter, ...change });
			return new Mesh({ built, upstream, mixer, envoy, collector });
		} catch (error) {
			await Promise.all([upstream.stop(), mixer.stop()]);
			throw error;
		}
	}

	/** What the Mixer's handler got so far. */
	get records(): RecordCollector["records"] {
		return this.#collector.records;
	}

	/** Forgets what has arrived, once every record of it has. */
	async forget(): Promise<void> {
		await this.settle();
		this.upstream.arrivals.length = 0;
		this.records.length = 0;
	}

	/** Returns when every request has ended and every record has been acknowledged. */
	settle(): Promise<void> {
		const probe = () => this.envoy.settled();
		return waitUntil({ what: "the acknowledgement of every record", timeoutMs: RECORDS_TIMEOUT_MS, probe });
	}

	/** The records, once there are this many. */
	async recordsOf(count: number): Promise<RecordCollector["records"]> {
		const probe = async () => this.records.length >= count;
		await waitUntil({ what: `the arrival of ${count} records`, timeoutMs: RECORDS_TIMEOUT_MS, probe });
		return this.records;
	}

	async stop(): Promise<void> {
		await this.envoy.stop();
		await Promise.all([this.upstream.stop(), this.mixer.stop()]);
	}
}

/** A real Mixer in this process whose records go to a collector. */
export function startTestMixer(
	{ snapshot, build }: BuiltConfiguration,
	collector: RecordCollector,
): Promise<LiveMixer> {
	const fail = (fields: object, message: string) => console.error(message, fields);
	const logger = { info: () => {}, warn: fail, error: fail };
	return startMixer({ snapshot, build, extraHandlers: [collector.spec], ports: { mixer: 0, admin: 0 }, logger });
}
