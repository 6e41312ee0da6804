import { buildTestConfiguration, testConfiguration } from "./configuration.ts";
import { EchoUpstream } from "./echo-upstream.ts";
import { showDetails, TestEnvoy } from "./envoy.ts";
import { RecordCollector } from "./record-collector.ts";
import { ScriptedMixer } from "./scripted-mixer.ts";

/** A real Envoy with the real filter, between an echo and a Mixer that answers what the test says. */
export class ScriptedMesh {
	readonly upstream: EchoUpstream;
	readonly mixer: ScriptedMixer;
	readonly envoy: TestEnvoy;

	private constructor(parts: { upstream: EchoUpstream; mixer: ScriptedMixer; envoy: TestEnvoy }) {
		this.upstream = parts.upstream;
		this.mixer = parts.mixer;
		this.envoy = parts.envoy;
	}

	/**
	 * @param name the configuration's folder below test/testdata/e2e.
	 * @param edit changes to the text of envoy/standalone.yaml.
	 */
	static async start(name: string, edit?: (template: string) => string): Promise<ScriptedMesh> {
		const { spec } = new RecordCollector(["check.outcome"]);
		const { filter } = await buildTestConfiguration(testConfiguration(name), [spec]);
		const [upstream, mixer] = await Promise.all([EchoUpstream.start(), ScriptedMixer.start()]);
		const ports = { upstreamPort: upstream.port, upstreamHttp2Port: upstream.http2Port, mixerPort: mixer.port };
		try {
			const envoy = await TestEnvoy.startWithMixer({ ...ports, filter, change: showDetails, ...(edit && { edit }) });
			return new ScriptedMesh({ upstream, mixer, envoy });
		} catch (error) {
			await Promise.all([upstream.stop(), mixer.stop()]);
			throw error;
		}
	}

	/** Forgets what has arrived and been asked so far. */
	forget(): void {
		this.upstream.arrivals.length = 0;
		this.mixer.checks.length = 0;
		this.mixer.reports.length = 0;
	}

	async stop(): Promise<void> {
		await this.envoy.stop();
		await Promise.all([this.upstream.stop(), this.mixer.stop()]);
	}
}
