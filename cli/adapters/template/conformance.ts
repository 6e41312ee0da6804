import type { Harness } from "sluice/adapter";

/** What `sluice adapter test` has to know: what works, what is wrong, and what stands behind the adapter. */
const harness: Harness = {
	// An HTTP server of the suite's own, which fails, refuses, hangs and goes away as the cases need it.
	backend: "http",
	config: ({ url }) => ({ url, tokenEnv: "MY_TOKEN" }),
	wrong: [{}, { url: "ftp://example.com" }, { url: "http://127.0.0.1", tokenEnv: "NO_SUCH_VARIABLE" }],
	environment: { MY_TOKEN: "a secret that must not be shown" },
};

export default harness;
