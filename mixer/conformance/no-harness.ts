import type { Harness } from "./harness.ts";

/** Where there is no conformance.ts: an adapter that works without settings and with nothing behind it. */
export const NO_HARNESS: Harness = { backend: "none", config: () => ({}) };
