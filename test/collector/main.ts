import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { installOnce, toolCache, toolFolder } from "../../setup/tool-cache.mjs";
import { listens } from "../support/processes.ts";
import { logEntry, metric, sendAll, span } from "./signals.ts";

const run = promisify(execFile);
const sources = import.meta.dirname;

/** Building under load. */
const BUILD_TIMEOUT_MS = 20 * 60_000;
const ANSWER_TIMEOUT_MS = 30_000;

const program = await builtCollector();
const folder = await mkdtemp(join(tmpdir(), "sluice-collector-"));
const [grpcPort = 0, httpPort = 0] = await freePorts(2);
await writeFile(join(folder, "config.yaml"), configuration({ grpcPort, httpPort }));
const child = spawn(program, ["--config", join(folder, "config.yaml")], { stdio: ["ignore", "ignore", "pipe"] });
let said = "";
child.stderr.setEncoding("utf8").on("data", (text: string) => {
	said += text;
});
try {
	const probe = async () => (await listens(grpcPort)) && (await listens(httpPort));
	await waitUntil({ what: "the Collector", timeoutMs: ANSWER_TIMEOUT_MS, probe });
	for (const [protocol, port] of [["grpc", grpcPort] as const, ["http/protobuf", httpPort] as const]) {
		for (const compression of ["none", "gzip"] as const) {
			said = "";
			await sendAll({ protocol, compression, endpoint: `http://127.0.0.1:${port}` });
			const missing = () => expected().filter((text) => !said.includes(text));
			const arrived = async () => missing().length === 0;
			await waitUntil({ what: `all over ${protocol}`, timeoutMs: ANSWER_TIMEOUT_MS, probe: arrived }).catch((error) => {
				process.stderr.write(`${said}\nmissing over ${protocol}: ${missing().join(", ")}\n`);
				throw error;
			});
			process.stdout.write(`${protocol}, compression ${compression}: ${expected().length} of ${expected().length}\n`);
		}
	}
} finally {
	const closed = once(child, "close");
	child.kill("SIGTERM");
	await closed;
	await rm(folder, { recursive: true });
}

/** The Collector's program, built where the tool cache has none of these versions. */
async function builtCollector(): Promise<string> {
	const [, version = "unknown"] =
		/receiver\/otlpreceiver v(\S+)/.exec(await readFile(join(sources, "go.mod"), "utf8")) ?? [];
	const built = toolFolder(toolCache(process.env), "collector", version);
	if (existsSync(join(built, "collector"))) return join(built, "collector");
	process.stdout.write("building a Collector; this takes minutes\n");
	await installOnce(built, async (work) => {
		for (const file of ["main.go", "go.mod"]) await copyFile(join(sources, file), join(work, file));
		const options = { cwd: work, timeout: BUILD_TIMEOUT_MS, env: { ...process.env, GOWORK: "off" } };
		// Tests of modules ask for modules that are not needed, and some of which are not to be had.
		await run("go", ["mod", "tidy", "-e"], options);
		await run("go", ["build", "-o", "collector", "."], options);
		return work;
	});
	return join(built, "collector");
}

function configuration({ grpcPort, httpPort }: { grpcPort: number; httpPort: number }): string {
	const pipeline = { receivers: ["otlp"], exporters: ["debug"] };
	const protocols = { grpc: { endpoint: `127.0.0.1:${grpcPort}` }, http: { endpoint: `127.0.0.1:${httpPort}` } };
	return JSON.stringify({
		receivers: { otlp: { protocols } },
		exporters: { debug: { verbosity: "detailed" } },
		service: {
			telemetry: { metrics: { level: "none" } },
			pipelines: { traces: pipeline, metrics: pipeline, logs: pipeline },
		},
	});
}

/** What the Collector says of each signal, in its own words. */
function expected(): string[] {
	const [event] = span.events;
	return [
		`Trace ID       : ${span.traceId}`,
		`Parent ID      : ${span.parentSpanId}`,
		`ID             : ${span.spanId}`,
		"Kind           : Server",
		"Status code    : Error",
		`-> Name: ${event?.name}`,
		"-> http.response.status_code: Int(503)",
		`-> Name: ${metric.name}`,
		"AggregationTemporality: Cumulative",
		`Value: ${3}.000000`,
		`EventName: ${logEntry.name}`,
		"SeverityNumber: Warn(13)",
		"-> path: Str(/books)",
		"-> service.name: Str(collector-test)",
	];
}
