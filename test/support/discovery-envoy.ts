import assert from "node:assert/strict";
import type { Document } from "yaml";
import { filterPath } from "../../cli/up/envoy-config.ts";
import { PacedLoad } from "./paced-load.ts";

/** How an Envoy asks for the filter. */
export interface Asking {
	readonly service: "ECDS" | "ADS";
	readonly apiType: "GRPC" | "DELTA_GRPC";
}

/** Every way there is. */
export const askings: readonly Asking[] = [
	{ service: "ECDS", apiType: "GRPC" },
	{ service: "ECDS", apiType: "DELTA_GRPC" },
	{ service: "ADS", apiType: "GRPC" },
	{ service: "ADS", apiType: "DELTA_GRPC" },
];

/** The text of envoy/discovery.yaml, changed as its comments say. */
export function askFor({ service, apiType }: Asking, template: string): string {
	const text = service === "ADS" ? uncommentAds(template) : template;
	assert.ok(text.includes("api_type: DELTA_GRPC"));
	return text.replaceAll("api_type: DELTA_GRPC", `api_type: ${apiType}`);
}

/** Takes the filter from the Envoy's ADS, as the end of envoy/discovery.yaml says. */
export function takeFromAds(config: Document): void {
	const path = [...filterPath(config, "sluice.http"), "config_discovery", "config_source"];
	assert.ok(config.hasIn(path));
	config.setIn(path, config.createNode({ ads: {}, resource_api_version: "V3", initial_fetch_timeout: "5s" }));
}

/** Opens the listener soon where there is no revision: the file's 5 s are long for a test. */
export function waitShortly(config: Document): void {
	const path = [...filterPath(config, "sluice.http"), "config_discovery", "config_source", "initial_fetch_timeout"];
	assert.ok(config.hasIn(path));
	config.setIn(path, "0.1s");
}

/** Spreads connections over the workers, however few they are. */
export function balance(config: Document): void {
	config.setIn(["static_resources", "listeners", 0, "connection_balance_config"], { exact_balance: {} });
}

/** Requests that both workers get. */
export function steadyLoad(port: number, perSecond = 200): PacedLoad {
	return new PacedLoad({ port, perSecond, connections: 8, path: (index) => `/books/${index}` });
}

/** Takes the comment signs off the last block of envoy/discovery.yaml. */
function uncommentAds(text: string): string {
	const start = text.indexOf("# dynamic_resources:");
	assert.ok(start > 0);
	return text.slice(0, start) + text.slice(start).replaceAll(/^# /gm, "");
}
