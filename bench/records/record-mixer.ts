import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { adapterSchemas, sourceSchemas, telemetryParts } from "../../cli/adapter-schemas.ts";
import { handlerSpecs } from "../../cli/handler-specs.ts";
import { loadSnapshot } from "../../galley/load.ts";
import { formatMessage } from "../../galley/message.ts";
import { systemClock } from "../../mixer/observe/clock.ts";
import type { HandlerSpec } from "../../mixer/report/build-handlers.ts";
import { decodeReport } from "../../mixer/report/decode-report.ts";
import { Dispatcher } from "../../mixer/report/dispatcher.ts";
import { redactor } from "../../mixer/report/redaction.ts";
import { reportService } from "../../mixer/report/report-service.ts";

/** How often the queues are looked at: more often would cost as much as what is measured. */
const POLL_MS = 1;

/** What is measured: which handlers, and whether with the Telemetry of policies/. */
export type Variant = "decode" | "handlers" | "telemetry";

/** The Mixer's way from a batch's bytes to its handlers, without the call around it. */
export interface RecordMixer {
	/** Ends when the handlers' queues have the batch. */
	report(bytes: Uint8Array): Promise<void>;
	/** Ends when the queues are empty. @throws {Error} where a record was lost. */
	settle(): Promise<void>;
	/** What it would show at /metrics. */
	metrics(): Promise<string>;
	stop(): Promise<void>;
}

/** Opens the handlers of a configuration's folder; the access log goes to a temporary file. */
export async function startRecordMixer(folder: string, variant: Variant): Promise<RecordMixer> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-records-"));
	const specs = (await specsOf(folder)).map((spec) => changed(spec, { variant, dir }));
	const quiet = { info: () => {}, warn: () => {}, error: () => {} };
	const abort = new AbortController();
	const options = { clock: systemClock, random: Math.random, logger: quiet, abort: abort.signal, graceMs: () => 1000 };
	const dispatcher = new Dispatcher(options);
	(await dispatcher.prepare(variant === "decode" ? [] : specs)).commit();
	const report = reportService({
		dispatcher,
		redact: redactor({ headers: ["authorization"], queryParameters: ["access_token"] }),
		counters: { batch: () => {}, received: () => {}, rejected: (reason) => fail(`refused: ${reason}`) },
		revision: () => undefined,
	});
	const pending = () => [...dispatcher.counts().values()].reduce((sum, counts) => sum + counts.pending, 0);
	return {
		report: async (bytes) => void (await report(decodeReport(bytes))),
		async settle() {
			while (pending() > 0) await delay(POLL_MS);
			for (const [name, { dropped }] of dispatcher.counts()) if (dropped.size > 0) fail(`${name} lost records`);
		},
		metrics: async () => (await Promise.all(dispatcher.registries().map((registry) => registry.metrics()))).join("\n"),
		async stop() {
			await dispatcher.stop();
			await rm(dir, { recursive: true });
		},
	};
}

async function specsOf(folder: string): Promise<HandlerSpec[]> {
	const loaded = await loadSnapshot(folder, adapterSchemas(), telemetryParts(), { sources: sourceSchemas() });
	if (!loaded.ok) fail(loaded.messages.map(formatMessage).join("\n"));
	return handlerSpecs(loaded.snapshot);
}

function changed(spec: HandlerSpec, { variant, dir }: { variant: Variant; dir: string }): HandlerSpec {
	const isLog = spec.adapter.name === "jsonlog";
	// It would fill the disk: two files of ten megabytes are all that is kept.
	const config = isLog ? { file: join(dir, "log"), rotate: { bytes: 10_000_000, files: 1 } } : spec.config;
	return { ...spec, config, rules: variant === "telemetry" ? spec.rules : [], queueRecords: 1_000_000 };
}

function fail(text: string): never {
	throw new Error(text);
}
