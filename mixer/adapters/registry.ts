import type { Adapter } from "./adapter.ts";
import { consoleAdapter } from "./console.ts";
import { decisionlog } from "./decisionlog/decisionlog.ts";
import { grpc } from "./grpc/grpc.ts";
import { jsonlog } from "./jsonlog.ts";
import { kafka } from "./kafka/kafka.ts";
import { otlp } from "./otlp/otlp.ts";
import { prometheus } from "./prometheus.ts";
import { webhook } from "./webhook/webhook.ts";

/** The adapters that come with the Mixer, by the word in a Handler's `spec.adapter`. */
export const adapters: ReadonlyMap<string, Adapter> = new Map(
	[consoleAdapter, decisionlog, grpc, jsonlog, kafka, otlp, prometheus, webhook].map((adapter) => [
		adapter.name,
		adapter,
	]),
);
