import type { MixerSettings } from "../../../cli/live-mixer.ts";

/** What Galley makes of no Settings at all, as far as a Mixer works by it. */
export const defaultSettings: MixerSettings = {
	mixer: { cluster: "sluice-mixer", policyWorkers: 2, queuedChecks: 1000, graceMs: 8000, staleAfterMs: 60_000 },
	redaction: { headers: ["authorization"], queryParameters: ["access_token"] },
	ports: { listener: 8080, envoyAdmin: 9901, mixer: 9091, discovery: 9092, admin: 9093 },
	quotaStores: [],
};
