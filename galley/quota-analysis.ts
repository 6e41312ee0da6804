import type { Configuration } from "./analysis.ts";
import { MEMORY_STORE } from "./kinds/quota.ts";
import type { Message } from "./message.ts";
import { toMessage } from "./problem.ts";
import { closest } from "./suggestion.ts";

/** A Quota whose store is not there. A Settings that is wrong by itself says nothing of its stores. */
export function unknownStores({ identities, entries }: Configuration): Message[] {
	const settings = entries.find((entry) => entry.kind === "Settings");
	if (settings === undefined && identities.some(({ kind }) => kind === "Settings")) return [];
	const names = [MEMORY_STORE, ...(settings?.value.spec.quotaStores ?? []).map(({ name }) => name)];
	return entries.flatMap((entry) => {
		if (entry.kind !== "Quota" || names.includes(entry.value.spec.store)) return [];
		const { store } = entry.value.spec;
		const suggestion = closest(store, names);
		const list = suggestion === undefined ? ` (known: ${names.join(", ")})` : "";
		const text = `"${store}" is neither memory nor in the Settings' quotaStores${list}`;
		return [toMessage(entry.source, { code: "unknown_store", path: ["spec", "store"], at: "value", text, suggestion })];
	});
}

/** A list of quotas that names none. A Quota that is wrong by itself may be the one that is meant. */
export function unknownQuotas({ identities, entries }: Configuration): Message[] {
	const settings = entries.find((entry) => entry.kind === "Settings");
	const names = identities.flatMap(({ kind, name }) => (kind === "Quota" && name !== undefined ? [name] : []));
	return (settings?.value.spec.tls?.proxies ?? []).flatMap(({ quotas = [] }, proxy) =>
		quotas.flatMap((quota, index) => {
			if (settings === undefined || names.includes(quota)) return [];
			const suggestion = closest(quota, names);
			const list = suggestion === undefined && names.length > 0 ? ` (known: ${names.join(", ")})` : "";
			const path = ["spec", "tls", "proxies", proxy, "quotas", index];
			const text = `there is no Quota ${quota}${list}`;
			return [toMessage(settings.source, { code: "unknown_quota", path, at: "value", text, suggestion })];
		}),
	);
}
