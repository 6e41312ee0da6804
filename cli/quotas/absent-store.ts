import { MixerError } from "../../mixer/error.ts";
import type { QuotaStore } from "../../mixer/quota/store.ts";

/** Stands for a store that the Settings name since this server started: its quotas cannot be had until it starts again. */
export function absentStore(name: string): QuotaStore {
	const refuse = async (): Promise<never> => {
		throw new MixerError("unavailable", `quota store ${name} takes a restart to be used`);
	};
	return { groupOf: () => "", allocate: refuse, reset: refuse, close: async () => {} };
}
