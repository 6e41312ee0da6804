import { join } from "node:path";
import type { Harness } from "../../../../mixer/conformance/harness.ts";

export default {
	backend: "none",
	config: ({ folder }) => ({ file: join(folder, "log.jsonl"), rotate: { bytes: 1_048_576, files: 1 } }),
	wrong: [{ file: "/nowhere/log.jsonl" }, { rotate: {} }, { attributes: ["request.hots"] }],
} satisfies Harness;
