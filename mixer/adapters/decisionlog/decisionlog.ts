import { hash } from "node:crypto";
import { Counter, type Registry } from "prom-client";
import type { z } from "zod";
import type { TelemetryRecord } from "../../api/generated/vocabulary.ts";
import { MixerError } from "../../error.ts";
import type { Adapter, AdapterEnv, Handler, ItemResult } from "../adapter.ts";
import { jsonSchema, parseConfig } from "../config.ts";
import { openDestination } from "../line-destination.ts";
import type { LineOutput } from "../line-output.ts";
import { type DecisionEvent, decisionEvent, EVENT_ATTRIBUTES, type InputOmission } from "./decision-event.ts";
import { configuration, preparedConfiguration } from "./decisionlog-config.ts";
import { eventLine } from "./event-line.ts";
import { EventMask } from "./event-mask.ts";
import { LogPolicy } from "./log-policy.ts";

type Config = z.output<typeof preparedConfiguration>;

const SAMPLES = 2 ** 32;

/** A line for each decision with its input, masked; OPA's tools read it. */
export const decisionlog: Adapter = {
	name: "decisionlog",
	signals: ["record"],
	configSchema: jsonSchema(configuration),
	attributes: (config) => {
		parseConfig(preparedConfiguration, config);
		return EVENT_ATTRIBUTES;
	},
	async build(given, env) {
		const config = parseConfig(preparedConfiguration, given);
		const policy = await startPolicy(config);
		try {
			return new DecisionLog({ config, env, policy, output: await openDestination(config) });
		} catch (error) {
			await policy?.stop();
			throw error;
		}
	},
};

async function startPolicy({ mask, drop, prepared }: Config): Promise<LogPolicy | undefined> {
	if (mask !== undefined && prepared?.mask === undefined) throw new MixerError("invalid", "config.mask: not compiled");
	if (drop !== undefined && prepared?.drop === undefined) throw new MixerError("invalid", "config.drop: not compiled");
	if (prepared?.mask === undefined && prepared?.drop === undefined) return undefined;
	const { mask: compiledMask, drop: compiledDrop } = prepared;
	return LogPolicy.start({ ...(compiledMask && { mask: compiledMask }), ...(compiledDrop && { drop: compiledDrop }) });
}

class DecisionLog implements Handler {
	readonly #config: Config;
	readonly #env: AdapterEnv;
	readonly #policy: LogPolicy | undefined;
	readonly #output: LineOutput;
	readonly #mask: EventMask | undefined;
	readonly #omitted: Counter<"reason">;

	constructor(parts: { config: Config; env: AdapterEnv; policy: LogPolicy | undefined; output: LineOutput }) {
		const { config, env, policy } = parts;
		this.#config = config;
		this.#env = env;
		this.#policy = policy;
		this.#output = parts.output;
		this.#mask = policy && new EventMask({ policy, hasMask: config.mask !== undefined, env });
		this.#omitted = omittedCounter(env.metrics, config.prefix);
	}

	async handle(batch: Parameters<Handler["handle"]>[0]): Promise<readonly ItemResult[]> {
		const results: ItemResult[] = [];
		if (batch.signal !== "record") return results;
		const lines: string[] = [];
		const owners: number[] = [];
		this.#mask?.begin();
		for (const [i, record] of batch.items.entries()) {
			const line = await this.#lineOf(record);
			results.push("rejected" in line ? { rejected: line.rejected } : "retry");
			if ("rejected" in line) continue;
			lines.push(line.text);
			owners.push(i);
		}
		const written = lines.length === 0 ? 0 : await this.#output.write(lines);
		for (const owner of owners.slice(0, written)) results[owner] = "delivered";
		return results;
	}

	async flush(): Promise<void> {}

	async close(): Promise<void> {
		await this.#policy?.stop();
		await this.#output.close();
	}

	async #lineOf(record: TelemetryRecord): Promise<{ text: string } | { rejected: string }> {
		const { sampleAllows, format, labels, prepared } = this.#config;
		if (record["check.outcome"] === "allowed" && !isSampled(record, sampleAllows)) return { rejected: "sampled" };
		const event = decisionEvent(record, { labels, entrypoints: prepared?.entrypoints ?? {}, now: this.#env.now });
		if ((await this.#mask?.apply(event)) === "drop") return { rejected: "drop_rule" };
		const omission = omissionOf(event);
		if (omission !== undefined) this.#omitted.inc({ reason: omission });
		return { text: eventLine(format, event, record) };
	}
}

/** By the decision's id, so that several logs keep the same ones. */
function isSampled(record: TelemetryRecord, share: number): boolean {
	if (share === 1) return true;
	return hash("sha256", record["check.id"] ?? "", "buffer").readUInt32BE(0) / SAMPLES < share;
}

function omissionOf(event: DecisionEvent): InputOmission | undefined {
	const reason = event.custom.sluice.input_omitted;
	return reason === "too_large" || reason === "mask_failed" || reason === "unreadable" ? reason : undefined;
}

function omittedCounter(registry: Registry, prefix: string): Counter<"reason"> {
	return new Counter({
		name: `${prefix}inputs_omitted_total`,
		help: "Decisions logged without their input, by reason.",
		labelNames: ["reason"],
		registers: [registry],
	});
}
