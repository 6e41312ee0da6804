import type { Harness } from "../../../../mixer/conformance/harness.ts";

export default {
	backend: "http",
	config: ({ url }) => ({ endpoint: url, headers: { authorization: { env: "TOKEN" } } }),
	wrong: [{ endpoint: "ftp://x" }, { headers: { a: { env: "NONE" } } }, { headers: { a: { env: "BAD" } } }],
	environment: { TOKEN: "Bearer conformance-secret", BAD: "conformance\nsecret" },
	partial: {
		status: 200,
		body: '{"partialSuccess":{"rejectedLogRecords":"1","rejectedDataPoints":"1","rejectedSpans":"1"}}',
	},
} satisfies Harness;
