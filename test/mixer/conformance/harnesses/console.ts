import type { Harness } from "../../../../mixer/conformance/harness.ts";

export default { backend: "none", config: () => ({}) } satisfies Harness;
