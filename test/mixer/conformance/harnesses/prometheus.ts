import type { Harness } from "../../../../mixer/conformance/harness.ts";

export default {
	backend: "none",
	config: () => ({ maxSeries: 100 }),
	wrong: [{ prefix: "1" }, { maxSeries: 0 }],
} satisfies Harness;
