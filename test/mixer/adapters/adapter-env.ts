import { Registry } from "prom-client";
import type { AdapterEnv } from "../../../mixer/adapters/adapter.ts";
import { KeptLog } from "../server/running-mixer.ts";

/** What a handler is built with in these tests. */
export function adapterEnv(metrics = new Registry()): AdapterEnv {
	return {
		name: "h",
		logger: new KeptLog(),
		now: () => 0,
		environment: {},
		metrics,
		signal: new AbortController().signal,
	};
}
