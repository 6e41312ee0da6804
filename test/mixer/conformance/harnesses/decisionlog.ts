import { join } from "node:path";
import type { Harness } from "../../../../mixer/conformance/harness.ts";

export default {
	backend: "none",
	config: ({ folder }) => ({ file: join(folder, "decisions.jsonl"), format: "opa" }),
	wrong: [{ file: "/nowhere/decisions.jsonl" }, { format: "xml" }, { sampleAllows: 2 }],
} satisfies Harness;
