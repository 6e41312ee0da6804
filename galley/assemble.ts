import { resolve } from "node:path";
import { deepFreeze } from "./deep-freeze.ts";
import type { Entry } from "./entry.ts";
import { API_VERSION } from "./kinds/document-kind.ts";
import { settingsSchema } from "./kinds/settings.ts";
import { compareBytes } from "./message.ts";
import type { HandlerConfig, Policy, Settings, Snapshot, TlsSettings } from "./snapshot.ts";

type EntryOf<Kind extends Entry["kind"]> = Extract<Entry, { kind: Kind }>;

/** The snapshot of valid documents: in the order of names, with all defaults, frozen. */
export function assembleSnapshot(dir: string, entries: readonly Entry[]): Snapshot {
	const settings = entries.find((entry) => entry.kind === "Settings");
	const policies = entries.filter((entry) => entry.kind === "Policy").sort(byName);
	const handlers = entries.filter((entry) => entry.kind === "Handler").sort(byName);
	return deepFreeze({
		dir,
		settings: toSettings(dir, settings?.value.spec ?? defaultSettings()),
		policies: policies.map((entry) => toPolicy(dir, entry)),
		handlers: handlers.map(toHandler),
	});
}

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

function toHandler({ value, source }: EntryOf<"Handler">): HandlerConfig {
	const { adapter, config, queue, timeout } = value.spec;
	const place = { file: source.file, line: source.place([]).line };
	return { name: value.metadata.name, adapter, config, queueRecords: queue, timeoutMs: timeout, ...place };
}

function byName(a: EntryOf<"Policy" | "Handler">, b: EntryOf<"Policy" | "Handler">): number {
	return compareBytes(a.value.metadata.name, b.value.metadata.name);
}
