import { AttributeId } from "../attributes/generated/vocabulary";
import { attributeByName } from "../attributes/names";
import { JsonDocument } from "../wire/json-reader";
import { Slice } from "../wire/slice";
import { CacheConfig, Config, MAX_POLICIES, Target } from "./config";
import { Faults } from "./faults";
import { ObjectReader } from "./object-reader";
import { parseGrpcTypes } from "./parse-grpc";
import { parsePolicy } from "./parse-policy";
import { parseQuota } from "./parse-quota";

/** Deepest nesting of the configuration itself. */
const MAX_DEPTH: i32 = 16;
const MAX_NAMES: i32 = 256;
/** A decision's quotas are looked for among them by name. */
const MAX_QUOTAS: i32 = 256;
const MIB: i64 = 1048576;
const MAX_FUEL: i64 = 1000000000;
const MILLION: i64 = 1000000;
const HOUR_MS: i64 = 3600000;

/**
 * Parses the plugin configuration that `sluice build` writes.
 *
 * @param workload Envoy's node cluster, which targets can name.
 * @returns a configuration that is to be used only if `faults` stayed empty; every fault is in there.
 */
export function parseConfig(ptr: usize, size: i32, workload: string, faults: Faults): Config {
	let config = new Config();
	let document = new JsonDocument();
	if (!document.parse(ptr, size, MAX_DEPTH)) {
		faults.add(
			"configuration",
			"is not JSON (at byte " + document.errorOffset.toString() + "); write it with sluice build",
		);
		return config;
	}
	let reader = new ObjectReader(document, document.root, "", faults);
	config.revision = Slice.of(parseRevision(reader));
	config.cluster = reader.text("cluster");
	config.allowByDefault = reader.choice("default", "allow", "deny");
	config.decisionIdInResponses = reader.flag("decisionIdInResponses");
	config.rateLimitInResponses = reader.flag("rateLimitInResponses");
	parseLimits(reader, config);
	parseCache(reader, config.cache);
	parseRedaction(reader, config);
	if (reader.has("grpc")) {
		let grpc = reader.object("grpc");
		if (grpc !== null) config.grpcTypes = parseGrpcTypes(grpc);
	}
	parsePolicies(reader, workload, config);
	parseQuotas(reader, config);
	parseReport(reader, config);
	if (reader.has("tracing")) parseTracing(reader, config);
	reader.finish();
	return config;
}

function parseRevision(reader: ObjectReader): string {
	let revision = reader.text("revision");
	let valid = revision.length == 64;
	for (let i = 0; valid && i < revision.length; i++) {
		let code = revision.charCodeAt(i);
		valid = (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66);
	}
	if (!valid) reader.faults.add("revision", "must be 64 hexadecimal digits");
	return revision;
}

function parseLimits(parent: ObjectReader, config: Config): void {
	let reader = parent.object("limits");
	if (reader === null) return;
	config.limits.inputBytes = <i32>reader.integer("inputBytes", 256, MIB);
	config.limits.bodyBytes = <i32>reader.integer("bodyBytes", 256, MIB);
	config.bodyTimeoutMs = reader.integer("bodyTimeoutMs", 1, HOUR_MS);
	config.limits.inputDepth = <i32>reader.integer("inputDepth", 4, 1024);
	config.limits.inputKeys = <i32>reader.integer("inputKeys", 1, 100000);
	config.fuel = reader.integer("fuel", 1000, MAX_FUEL);
	config.limits.numberDigits = <i32>reader.integer("numberDigits", 1, 1024);
	reader.finish();
}

function parseCache(parent: ObjectReader, cache: CacheConfig): void {
	let reader = parent.object("cache");
	if (reader === null) return;
	cache.entries = <i32>reader.integer("entries", 0, 1000000);
	cache.bytes = <i32>reader.integer("bytes", 0, 256 * MIB);
	cache.ttlMs = reader.integer("ttlMs", 0, HOUR_MS);
	cache.denialTtlMs = reader.integer("denialTtlMs", 0, HOUR_MS);
	reader.finish();
}

function parseRedaction(parent: ObjectReader, config: Config): void {
	let reader = parent.object("redaction");
	if (reader === null) return;
	let headers = reader.texts("headers", MAX_NAMES);
	for (let i = 0; i < headers.length; i++) config.redaction.addHeader(headers[i]);
	let parameters = reader.texts("queryParameters", MAX_NAMES);
	for (let i = 0; i < parameters.length; i++) config.redaction.addQueryParameter(parameters[i]);
	reader.finish();
}

function parsePolicies(reader: ObjectReader, workload: string, config: Config): void {
	let nodes = reader.list("policies", MAX_POLICIES);
	for (let i = 0; i < nodes.length; i++) {
		let policy = new ObjectReader(reader.document, nodes[i], "policies[" + i.toString() + "]", reader.faults);
		config.policies.push(parsePolicy(policy, workload));
		noteTargets(config, config.policies[i].targets);
	}
}

function parseQuotas(reader: ObjectReader, config: Config): void {
	let nodes = reader.list("quotas", MAX_QUOTAS);
	for (let i = 0; i < nodes.length; i++) {
		let quota = new ObjectReader(reader.document, nodes[i], "quotas[" + i.toString() + "]", reader.faults);
		config.quotas.push(parseQuota(quota));
	}
}

function noteTargets(config: Config, targets: Array<Target>): void {
	for (let i = 0; i < targets.length; i++) {
		let target = targets[i];
		config.targetsPorts = config.targetsPorts || target.listenerPort != 0;
		config.targetsHosts = config.targetsHosts || target.host !== null;
		config.targetsPaths = config.targetsPaths || target.pathPrefix !== null;
	}
}

function parseReport(parent: ObjectReader, config: Config): void {
	let reader = parent.object("report");
	if (reader === null) return;
	let names = reader.texts("attributes", MAX_NAMES);
	for (let i = 0; i < names.length; i++) {
		let id = attributeByName(names[i]);
		if (id < 0) reader.faults.add("report.attributes", '"' + names[i] + '" is not in the vocabulary');
		else config.reportAttributes.push(id);
	}
	let attributes = config.reportAttributes;
	config.timesCallouts =
		attributes.includes(AttributeId.check_callout_duration) ||
		attributes.includes(AttributeId.quota_duration) ||
		attributes.includes(AttributeId.quota_callout_duration);
	reader.finish();
}

function parseTracing(parent: ObjectReader, config: Config): void {
	let reader = parent.object("tracing");
	if (reader === null) return;
	config.makesSpans = true;
	config.trustsCallers = reader.flag("trustCallers");
	config.sampledPerMillion = <u32>reader.integer("sampledPerMillion", 0, MILLION);
	reader.finish();
}
