import assert from "node:assert/strict";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { extensionConfigFile } from "../../pilot/extension-config-file.ts";
import { buildTestConfiguration, testConfiguration } from "../support/configuration.ts";
import { ask, decidedInProxy } from "../support/decided-questions.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { envoyWithoutWasm, olderEnvoys, provideEnvoyVersion } from "../support/envoy-versions.ts";
import { type Question, send } from "../support/http-client.ts";
import { checkout, envoyProgram } from "../support/programs.ts";
import { scaled } from "../support/scale.ts";
import { ServerProcess } from "../support/server-process.ts";

/** The older versions take a minute, and are fetched the first time. */
const CAMPAIGN = scaled({ quick: 0, full: 1 }) === 1;

const CONFIGURATION = testConfiguration("proxy-decisions");

/** From a new file to its effect in both workers, on a busy machine. */
const SWAP_TIMEOUT_MS = 20_000;

/** Where the path or the header has a policy abort, run out of fuel and of memory, within a regular expression too. */
const attacks: readonly { readonly path: string; readonly text: string }[] = [
	{ path: "/attacked/document", text: '{"a": "\\ud800"}' },
	{ path: "/attacked/loop", text: "" },
	{ path: "/attacked/sum", text: '{"n": 1e99999999}' },
	{ path: "/attacked/pattern", text: "((a{1,100}){1,100}){1,100}" },
];

const bookstore = [
	{ path: "/books", answer: [200, "echo /books", undefined] },
	{ path: "/books", role: "librarian", answer: [200, "echo /books", "staff"] },
	{ path: "/admin", role: "reader", answer: [403, "readers cannot open /admin\n", undefined] },
	{ path: "/admin", role: "librarian", answer: [200, "echo /admin", "staff"] },
	{ path: "/elsewhere", answer: [403, "no rule allows this path\n", undefined] },
] as const;

/** Rules of test/testdata/e2e/tokens/tokens/tokens_test.rego that are tokens, and the answer to each at /claims. */
const tokens = [
	{ rule: "es256", status: 200 },
	{ rule: "rs256", status: 200 },
	{ rule: "ended", status: 403 },
	{ rule: "forged", status: 403 },
] as const;

let filters: Readonly<Record<"decisions" | "attacks" | "bookstore" | "tokens", string>>;
let mixer: ServerProcess;
let upstream: EchoUpstream;

before(async () => {
	const dirs = [
		CONFIGURATION,
		testConfiguration("proxy-attacks"),
		join(checkout, "policies"),
		testConfiguration("tokens"),
	];
	const [decisions, attacked, shop, signed] = await Promise.all(dirs.map((dir) => buildTestConfiguration(dir)));
	assert.ok(decisions && attacked && shop && signed);
	assert.deepEqual(
		shop.build.requirements.policies.map(({ placement }) => placement),
		["proxy"],
	);
	filters = { decisions: decisions.filter, attacks: attacked.filter, bookstore: shop.filter, tokens: signed.filter };
	[mixer, upstream] = await Promise.all([ServerProcess.start({ configDir: CONFIGURATION }), EchoUpstream.start()]);
});

after(() => Promise.all([mixer.stop(), upstream.stop()]));

const versions = ["the set-up's", ...(CAMPAIGN ? olderEnvoys : [])];

for (const version of versions) {
	describe(`Envoy: ${version}`, () => {
		let envoy: TestEnvoy;

		before(async () => {
			const own = version === "the set-up's";
			const program = own ? envoyProgram() : await provideEnvoyVersion(version);
			const ports = { upstreamPort: upstream.port, mixerPort: mixer.port };
			envoy = await TestEnvoy.start({ ...ports, program, filter: brokenFilter() });
		});

		after(() => envoy.stop());

		test("denies while it has no module that loads", async () => {
			for (const path of ["/books", "/inside/open", "/neighbour/open"]) {
				const { status, body } = await send({ port: envoy.port, path });
				assert.deepEqual([status, body], [403, "RBAC: access denied"]);
			}
		});

		test("decides in the proxy and through the Mixer, and its records arrive", async () => {
			await swap(envoy, filters.decisions, { path: "/inside/open" });
			await envoy.seesMixer();
			for (const question of decidedInProxy) assert.deepEqual(await ask(envoy.port, upstream, question), question.seen);
			const headers = { "x-password": "open sesame" };
			const { status, body } = await send({ port: envoy.port, path: "/outside/door", headers });
			assert.deepEqual([status, body], [200, "echo /outside/door"]);
			await waitUntil({ what: "the records", timeoutMs: SWAP_TIMEOUT_MS, probe: () => envoy.settled() });
			assert.ok((await envoy.total("sluice_reports\\.acknowledged$")) > decidedInProxy.length);
		});

		test("contains a policy that fails", async () => {
			await swap(envoy, filters.attacks, { path: "/neighbour/open" });
			for (const { path, text } of attacks) {
				const { status, body } = await send({ port: envoy.port, path, headers: { "x-attack": text } });
				assert.deepEqual([path, status, body], [path, 403, "the policy failed on this request\n"]);
				assert.equal((await send({ port: envoy.port, path: "/neighbour/open" })).status, 200);
			}
			for (const [text, status] of [
				["a+$", 200],
				["a$", 200],
				["b", 403],
			] as const) {
				const headers = { "x-attack": text };
				assert.equal((await send({ port: envoy.port, path: "/attacked/pattern", headers })).status, status, text);
			}
		});

		test("decides the bookstore's requests", async () => {
			await swap(envoy, filters.bookstore, { path: "/books" });
			for (const { path, role, answer } of bookstore.map((question) => ({ role: undefined, ...question }))) {
				const headers = role === undefined ? {} : { "x-role": role };
				const seen = await send({ port: envoy.port, path, headers });
				assert.deepEqual([seen.status, seen.body, seen.headers.get("x-policy-tier")], answer);
			}
		});

		test("verifies tokens", async () => {
			const rego = await readFile(join(testConfiguration("tokens"), "tokens/tokens_test.rego"), "utf8");
			await swap(envoy, filters.tokens, { path: "/neighbour" });
			for (const { rule, status } of tokens) {
				const [, token = ""] = new RegExp(`^${rule} := "(.*)"$`, "m").exec(rego) ?? [];
				const answer = await send({ port: envoy.port, path: "/claims", headers: { "x-token": token } });
				assert.equal(answer.status, status, rule);
			}
		});

		test("has neither restarted a VM nor caught a failure of the filter", async () => {
			assert.equal(await envoy.total("vm_reload|sluice_callback_failures"), 0);
		});
	});
}

test(`an Envoy without Wasm denies everything (${envoyWithoutWasm})`, {
	skip: !CAMPAIGN && "only in the campaign",
}, async () => {
	const ports = { upstreamPort: upstream.port, mixerPort: mixer.port };
	const program = await provideEnvoyVersion(envoyWithoutWasm);
	const envoy = await TestEnvoy.start({ ...ports, program, filter: filters.bookstore });
	try {
		const { status, body } = await send({ port: envoy.port, path: "/books" });
		assert.deepEqual([status, body], [403, "RBAC: access denied"]);
		await envoy.logWith("Envoy was compiled without support for it");
	} finally {
		await envoy.stop();
	}
});

/** A filter.json whose module is none. */
function brokenFilter(): string {
	const module = new TextEncoder().encode("no module");
	return extensionConfigFile({ module, pluginConfig: "{}", vmConfig: "", revision: "0" });
}

/** Gives Envoy another revision; returns when both workers, which each new connection may reach, have it. */
async function swap(envoy: TestEnvoy, filter: string, allowed: Omit<Question, "port">): Promise<void> {
	await writeFile(`${envoy.filterFile}.new`, filter);
	await rename(`${envoy.filterFile}.new`, envoy.filterFile);
	let inARow = 0;
	const probe = async () => {
		inARow = (await send({ port: envoy.port, ...allowed })).status === 200 ? inARow + 1 : 0;
		return inARow === 20;
	};
	await waitUntil({ what: "the new revision", timeoutMs: SWAP_TIMEOUT_MS, probe });
}
