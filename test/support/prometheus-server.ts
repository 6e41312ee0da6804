import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { providePrometheus } from "../../setup/steps/prometheus.mjs";
import { toolCache } from "../../setup/tool-cache.mjs";
import { endWithThisProcess } from "./processes.ts";

/** Longest start on a busy machine, in milliseconds. */
const START_TIMEOUT_MS = 30_000;

/** One series of a query's answer. */
export interface Sample {
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

/** Of Prometheus' HTTP API: an instant vector, or what is wrong. */
const Answer = z.union([
	z.object({
		status: z.literal("success"),
		data: z.object({
			result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
		}),
	}),
	z.object({ status: z.literal("error"), error: z.string() }),
]);

/** The programs of the real thing; undefined where there are none to be had (setup/steps/prometheus.mjs). */
export const prometheusPrograms = await providePrometheus({ cache: toolCache(process.env), env: process.env });

/** A real Prometheus that scrapes one target every second. */
export class PrometheusServer {
	readonly #port: number;
	readonly #end: () => Promise<void>;

	private constructor(port: number, end: () => Promise<void>) {
		this.#port = port;
		this.#end = end;
	}

	/** @param program its path. @param targetPort whose /metrics it scrapes. */
	static async start(program: string, targetPort: number): Promise<PrometheusServer> {
		const dir = await mkdtemp(join(tmpdir(), "sluice-prometheus-"));
		const [port = 0] = await freePorts(1);
		const config = join(dir, "prometheus.yml");
		const job = { job_name: "sluice", static_configs: [{ targets: [`127.0.0.1:${targetPort}`] }] };
		// JSON is YAML.
		await writeFile(config, JSON.stringify({ global: { scrape_interval: "1s" }, scrape_configs: [job] }));
		const flags = [`--config.file=${config}`, `--storage.tsdb.path=${join(dir, "data")}`];
		const child = spawn(program, [...flags, `--web.listen-address=127.0.0.1:${port}`, "--log.level=error"], {
			stdio: ["ignore", "inherit", "inherit"],
		});
		endWithThisProcess(child, "SIGKILL");
		const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
		const server = new PrometheusServer(port, async () => {
			child.kill("SIGKILL");
			await ended;
			await rm(dir, { recursive: true, force: true });
		});
		const probe = () => server.#isReady();
		await waitUntil({ what: "Prometheus' start", timeoutMs: START_TIMEOUT_MS, probe });
		return server;
	}

	/** What an expression of PromQL has now. */
	async query(expression: string): Promise<readonly Sample[]> {
		const url = `http://127.0.0.1:${this.#port}/api/v1/query?query=${encodeURIComponent(expression)}`;
		const answer = Answer.parse(await (await fetch(url)).json());
		if (answer.status !== "success") throw new Error(`${expression}: ${answer.error}`);
		return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
	}

	stop(): Promise<void> {
		return this.#end();
	}

	async #isReady(): Promise<boolean> {
		const answer = await fetch(`http://127.0.0.1:${this.#port}/-/ready`).catch(() => undefined);
		return answer?.ok === true;
	}
}
