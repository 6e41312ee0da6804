import type { ServerCredentials } from "@grpc/grpc-js";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { systemClock } from "../../mixer/observe/clock.ts";
import type { TypedExtensionConfig } from "../../pilot/api/generated/envoy/config/core/v3/extension_pb.js";
import { type ConnectionAge, DiscoveryServer } from "../../pilot/discovery/discovery-server.ts";
import { DiscoveryMetrics } from "../../pilot/discovery/metrics.ts";
import type { Admit, Authorize } from "../../pilot/discovery/peer.ts";

/** Longest wait for a proxy's word, in milliseconds: an Envoy that could not connect comes back after two seconds. */
const WORD_TIMEOUT_MS = 20_000;

export interface TestDiscoveryOptions {
	/** A free one if left out. */
	readonly port?: number;
	readonly authorize?: Authorize;
	readonly admit?: Admit;
	readonly connectionAge?: ConnectionAge;
	/** None if left out. */
	readonly credentials?: ServerCredentials;
}

/** The discovery server in this process, and what proxies say to it. */
export class TestDiscovery {
	readonly acks: { readonly proxy: string; readonly revision: string }[] = [];
	readonly nacks: { readonly proxy: string; readonly revision: string; readonly detail: string }[] = [];
	readonly denials: { readonly proxy: string; readonly name: string }[] = [];
	readonly failures: { readonly proxy: string | undefined; readonly message: string }[] = [];
	readonly #server: DiscoveryServer;
	readonly #metrics = new DiscoveryMetrics();
	#port = 0;

	private constructor({ port = 0, ...options }: TestDiscoveryOptions) {
		const observer = {
			onConnect: () => {},
			onDisconnect: () => {},
			onAck: (ack: (typeof this.acks)[number]) => void this.acks.push(ack),
			onNack: (nack: (typeof this.nacks)[number]) => void this.nacks.push(nack),
			onDenial: (denial: (typeof this.denials)[number]) => void this.denials.push(denial),
			onFailure: ({ proxy, error }: { proxy: string | undefined; error: Error }) =>
				void this.failures.push({ proxy, message: error.message }),
		};
		const where = { host: "127.0.0.1", port };
		this.#server = new DiscoveryServer({ ...where, ...options, observer, metrics: this.#metrics, timer: systemClock });
	}

	static async start(options: TestDiscoveryOptions = {}): Promise<TestDiscovery> {
		const discovery = new TestDiscovery(options);
		discovery.#port = await discovery.#server.listen();
		return discovery;
	}

	get port(): number {
		return this.#port;
	}

	/** See DiscoveryServer. */
	reconsider(): void {
		this.#server.reconsider();
	}

	publish(revision: string, resource: TypedExtensionConfig, order?: number): void {
		this.#server.publish(revision, resource, order);
	}

	/** Returns once so many proxies have accepted a revision, or came back with it. */
	accepted(revision: string, times = 1): Promise<void> {
		const probe = async () => this.acks.filter((ack) => ack.revision === revision).length >= times;
		return waitUntil({ what: `the acceptance of ${revision}`, timeoutMs: WORD_TIMEOUT_MS, probe });
	}

	/** Returns once so many proxies have refused a revision. */
	refused(revision: string, times = 1): Promise<void> {
		const probe = async () => this.nacks.filter((nack) => nack.revision === revision).length >= times;
		return waitUntil({ what: `the refusal of ${revision}`, timeoutMs: WORD_TIMEOUT_MS, probe });
	}

	/** A metric's value, summed over its labels. */
	async metric(name: string): Promise<number> {
		const { values = [] } = (await this.#metrics.registry.getSingleMetric(name)?.get()) ?? {};
		return values.reduce((sum, { value }) => sum + value, 0);
	}

	stop(): Promise<void> {
		return this.#server.stop();
	}
}
