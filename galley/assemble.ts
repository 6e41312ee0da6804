import { resolve } from "node:path";
import { deepFreeze } from "./deep-freeze.ts";
import type { Entry, TelemetryEntry } from "./entry.ts";
import type { FoundAdapter } from "./found-adapters.ts";
import { API_VERSION } from "./kinds/document-kind.ts";
import { settingsSchema } from "./kinds/settings.ts";
import { compareBytes } from "./message.ts";
import type {
	DataSourceConfig,
	HandlerConfig,
	Policy,
	Quota,
	QuotaStore,
	Settings,
	Snapshot,
	TlsSettings,
} from "./snapshot.ts";

type EntryOf<Kind extends Entry["kind"]> = Extract<Entry, { kind: Kind }>;

/** The snapshot of valid documents: in the order of names, with all defaults, frozen. */
export function assembleSnapshot(
	dir: string,
	entries: readonly Entry[],
	adapters: ReadonlyMap<string, Pick<FoundAdapter, "module">> = new Map(),
): Snapshot {
	const settings = entries.find((entry) => entry.kind === "Settings");
	const policies = entries.filter((entry) => entry.kind === "Policy").sort(byName);
	const quotas = entries.filter((entry) => entry.kind === "Quota").sort(byName);
	const handlers = entries.filter((entry) => entry.kind === "Handler").sort(byName);
	const sources = entries.filter((entry) => entry.kind === "DataSource").sort(byName);
	const telemetries = entries.filter((entry) => entry.kind === "Telemetry").sort(byName);
	return deepFreeze({
		dir,
		settings: toSettings(dir, settings?.value.spec ?? defaultSettings()),
		policies: policies.map((entry) => toPolicy(dir, entry)),
		quotas: quotas.map(toQuota),
		handlers: handlers.map((entry) => {
			const module = adapters.get(entry.value.spec.adapter)?.module;
			return { ...toHandler(entry, telemetries), ...(module !== undefined && { module }) };
		}),
		dataSources: sources.map(toDataSource),
	});
}

type Named = EntryOf<"Policy" | "Quota" | "Handler" | "Telemetry" | "DataSource">;

type SettingsSpec = EntryOf<"Settings">["value"]["spec"];

function defaultSettings(): SettingsSpec {
	return settingsSchema.parse({ apiVersion: API_VERSION, kind: "Settings", metadata: { name: "default" } }).spec;
}

function toSettings(dir: string, { tls, protoDescriptors, ...spec }: SettingsSpec): Settings {
	const { grace, staleAfter, ...mixer } = spec.mixer;
	const { ttl, denialTtl, ...cache } = spec.cache;
	const { timeout, ...httpSend } = spec.httpSend;
	const { bodyTimeout, ...limits } = spec.limits;
	return {
		...spec,
		limits: { ...limits, bodyTimeoutMs: bodyTimeout },
		...(protoDescriptors !== undefined && { protoDescriptors: resolve(dir, protoDescriptors) }),
		cache: { ...cache, ttlMs: ttl, denialTtlMs: denialTtl },
		mixer: { ...mixer, graceMs: grace, staleAfterMs: staleAfter },
		httpSend: { ...httpSend, timeoutMs: timeout },
		...(tls !== undefined && { tls: toTls(dir, tls) }),
		quotaStores: spec.quotaStores.map((store) => toQuotaStore(dir, store)),
	};
}

type StoreSpec = SettingsSpec["quotaStores"][number];

function toQuotaStore(dir: string, { name, redis }: StoreSpec): QuotaStore {
	const { timeout, connectTimeout, passwordFile, tls, ...rest } = redis;
	return {
		name,
		redis: {
			...rest,
			...(passwordFile !== undefined && { passwordFile: resolve(dir, passwordFile) }),
			...(tls !== undefined && { tls: withPaths(dir, tls) }),
			timeoutMs: timeout,
			connectTimeoutMs: connectTimeout,
		},
	};
}

function withPaths(dir: string, tls: NonNullable<StoreSpec["redis"]["tls"]>): NonNullable<QuotaStore["redis"]["tls"]> {
	const { caFile, certFile, keyFile } = tls;
	return {
		...tls,
		...(caFile !== undefined && { caFile: resolve(dir, caFile) }),
		...(certFile !== undefined && { certFile: resolve(dir, certFile) }),
		...(keyFile !== undefined && { keyFile: resolve(dir, keyFile) }),
	};
}

function toTls(dir: string, tls: NonNullable<SettingsSpec["tls"]>): TlsSettings {
	const file = (field: "certificate" | "key" | "clientAuthorities") => resolve(dir, tls[field]);
	return { ...tls, certificate: file("certificate"), key: file("key"), clientAuthorities: file("clientAuthorities") };
}

function toPolicy(dir: string, { value, source }: EntryOf<"Policy">): Policy {
	const { deadline, ...spec } = value.spec;
	const place = { file: source.file, line: source.place([]).line };
	return { name: value.metadata.name, bundleDir: resolve(dir, spec.bundle), ...spec, deadlineMs: deadline, ...place };
}

function toQuota({ value, source }: EntryOf<"Quota">): Quota {
	const { window, ...spec } = value.spec;
	const place = { file: source.file, line: source.place([]).line };
	return { name: value.metadata.name, ...spec, windowMs: window, ...place };
}

function toHandler({ value, source }: EntryOf<"Handler">, telemetries: readonly TelemetryEntry[]): HandlerConfig {
	const { adapter, config, records, queue, queueBytes, timeout } = value.spec;
	const { name } = value.metadata;
	const place = { file: source.file, line: source.place([]).line };
	const actions = telemetries.flatMap((telemetry) => telemetry.rules);
	const rules = actions.flatMap(({ rule, handlers }) => (handlers.includes(name) ? [rule] : []));
	return { name, adapter, config, records, rules, queueRecords: queue, queueBytes, timeoutMs: timeout, ...place };
}

function toDataSource({ value, source }: EntryOf<"DataSource">): DataSourceConfig {
	const { path, refresh, timeout, expireAfter, ...spec } = value.spec;
	const times = { refreshMs: refresh, timeoutMs: timeout, expireAfterMs: expireAfter };
	const place = { file: source.file, line: source.place([]).line };
	return { name: value.metadata.name, ...spec, path: path.split("/"), ...times, ...place };
}

function byName(a: Named, b: Named): number {
	return compareBytes(a.value.metadata.name, b.value.metadata.name);
}
