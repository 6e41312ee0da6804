import type { Harness } from "../../../../mixer/conformance/harness.ts";

export default {
	backend: "http",
	config: ({ url }) => ({ url, secret: { env: "SECRET" }, headers: { "x-token": { env: "TOKEN" } } }),
	wrong: [
		{},
		{ url: "http://example.com", secret: { env: "SECRET" } },
		{ url: "https://example.com", secret: { env: "SHORT" } },
		{ url: "https://example.com", secret: { env: "SECRET" }, headers: { "webhook-id": { env: "TOKEN" } } },
		{ url: "https://user:password@example.com", secret: { env: "SECRET" } },
	],
	environment: {
		SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		TOKEN: "conformance-secret",
		SHORT: "whsec_c2hvcnQ=",
	},
} satisfies Harness;
