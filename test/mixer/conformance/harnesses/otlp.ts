import type { Harness } from "../../../../mixer/conformance/harness.ts";

export default {
	backend: "http",
	config: ({ url }) => ({ endpoint: url, headers: { authorization: { env: "TOKEN" } } }),
	wrong: [{ endpoint: "ftp://x" }, { headers: { a: { env: "NONE" } } }, { headers: { a: { env: "BAD" } } }],
	environment: { TOKEN: "Bearer conformance-secret", BAD: "conformance\nsecret" },
	partial: {
		status: 200,
		// ExportLogsServiceResponse and its like in protobuf: partial_success {rejected: 1}.
		body: "\n\u0002\b\u0001",
	},
} satisfies Harness;
