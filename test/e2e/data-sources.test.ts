import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { waitUntil } from "../../cli/up/wait-until.ts";
import type { SourceView } from "../../mixer/data-sources/running-source.ts";
import { ListServer } from "../mixer/data-sources/list-server.ts";
import { testConfiguration } from "../support/configuration.ts";
import { balance } from "../support/discovery-envoy.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { send } from "../support/http-client.ts";
import { checkout } from "../support/programs.ts";
import { ServerProcess } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Longest wait for a list's word, on a busy machine, in milliseconds. */
const TIMEOUT_MS = 30_000;

const TOKEN = "Bearer only-for-the-list";

/** What both workers answer a reader: one connection each, spread over them. */
async function ask(port: number, reader: string): Promise<string> {
	const answers = await Promise.all(
		Array.from({ length: 4 }, () => send({ port, path: "/books", headers: { "x-reader": reader } })),
	);
	const said = new Set(answers.map(({ status }) => String(status)));
	return [...said].sort().join(" and ");
}

class Lists {
	readonly dir: string;
	readonly addresses: ListServer;

	constructor(dir: string, addresses: ListServer) {
		this.dir = dir;
		this.addresses = addresses;
	}

	static async make(t: TestContext): Promise<Lists> {
		const lists = new Lists(await temporaryFolder(), await ListServer.start(t));
		lists.addresses.content = "203.0.113.0/24 ; documentation\n";
		await cp(testConfiguration("data-sources"), join(lists.dir, "configuration"), { recursive: true });
		await lists.configure(/URL/g, lists.addresses.url);
		await writeFile(join(lists.dir, "ca.pem"), lists.addresses.authority);
		await writeFile(join(lists.dir, "token"), `${TOKEN}\n`);
		await lists.block("bob");
		return lists;
	}

	async block(...readers: readonly string[]): Promise<void> {
		await writeFile(join(this.dir, "new.txt"), `# readers\n${readers.join("\n")}\n`);
		await rename(join(this.dir, "new.txt"), join(this.dir, "blocked.txt"));
	}

	async configure(from: RegExp, to: string): Promise<void> {
		const file = join(this.dir, "configuration/sluice.yaml");
		await writeFile(file, (await readFile(file, "utf8")).replaceAll(from, to));
	}

	/** `sluice data-source list` about one of them. */
	async view(name: string): Promise<SourceView> {
		const args = ["data-source", "list", "--state", join(this.dir, "state"), "-o", "json"];
		const { stdout } = await promisify(execFile)(process.execPath, [join(checkout, "cli/main.ts"), ...args]);
		assert.ok(!stdout.includes(TOKEN));
		const { dataSources }: { dataSources: SourceView[] } = JSON.parse(stdout);
		return dataSources.find((source) => source.name === name) ?? assert.fail(name);
	}
}

test("lists are in force in a real Envoy as soon as they change, and expired ones do as configured", async (t) => {
	const lists = await Lists.make(t);
	const upstream = await EchoUpstream.start();
	t.after(() => upstream.stop());
	let server = await ServerProcess.start({
		configDir: join(lists.dir, "configuration"),
		stateDir: join(lists.dir, "state"),
	});
	t.after(() => server.kill());
	const envoy = await TestEnvoy.start({
		...{ upstreamPort: upstream.port, mixerPort: server.port, change: balance },
		filter: { discoveryPort: server.ready.discoveryPort },
	});
	t.after(() => envoy.stop());
	const answers = async (reader: string, answer: string) => {
		const probe = async () => (await ask(envoy.port, reader)) === answer;
		await waitUntil({ what: `${answer} for ${reader}`, timeoutMs: TIMEOUT_MS, probe });
	};

	await t.test("who is on a list is denied", async () => {
		await answers("ann", "200");
		assert.equal(await ask(envoy.port, "bob"), "403");
		assert.equal(lists.addresses.requests[0]?.headers.authorization, TOKEN);
	});

	await t.test("a changed file is in force in both workers, without a build of the folder", async () => {
		const from = server.events.length;
		await lists.block("ann");
		const { spread, cause } = await server.event("live", from);
		assert.deepEqual([spread.live, spread.workers], [2, 2]);
		assert.deepEqual([await ask(envoy.port, "ann"), await ask(envoy.port, "bob")], ["403", "200"]);
		t.diagnostic(`${JSON.stringify(cause)}, live ${spread.elapsedMs} ms after`);
	});

	await t.test("a changed list behind HTTPS is in force; one that is wrong changes nothing, and is said", async () => {
		const from = server.events.length;
		lists.addresses.content = "127.0.0.0/8\n";
		await server.event("live", from);
		assert.equal(await ask(envoy.port, "bob"), "403");
		const unchanged = server.events.length;
		lists.addresses.content = "127.0.0.0/8\nexample.com\n";
		const probe = async () => (await lists.view("blocked-addresses")).lastError !== null;
		await waitUntil({ what: "the fault", timeoutMs: TIMEOUT_MS, probe });
		const view = await lists.view("blocked-addresses");
		const fault = '"example.com" must be an IP address or range, such as 203.0.113.7 or 2001:db8::/32';
		assert.deepEqual([view.lastError, view.state, view.entries], [`${lists.addresses.url}:2: ${fault}`, "fresh", 1]);
		assert.deepEqual([await ask(envoy.port, "bob"), server.events.slice(unchanged)], ["403", []]);
	});

	await t.test("an expired list is empty, another one denies whatever the failure mode says", async () => {
		await lists.configure(/expireAfter: 1h/g, "expireAfter: 3s");
		await answers("bob", "200");
		assert.equal(await ask(envoy.port, "ann"), "403");
		await rm(join(lists.dir, "blocked.txt"));
		await answers("bob", "503");
		const { body } = await send({ port: envoy.port, path: "/books" });
		assert.equal(body, "the data that the policy reads have expired\n");
		assert.equal((await lists.view("blocked-readers")).state, "expired");
	});

	await t.test(
		"a server that comes back without its lists goes on with what it had, and takes them when they are there",
		async () => {
			await lists.block("bob");
			lists.addresses.content = "203.0.113.0/24\n";
			const isRead = async () => (await lists.view("blocked-addresses")).lastError === null;
			await waitUntil({ what: "the list of addresses", timeoutMs: TIMEOUT_MS, probe: isRead });
			await answers("ann", "200");
			const from = server.events.length;
			await lists.configure(/expireAfter: 3s/g, "expireAfter: 1h");
			// On a busy machine a list may have expired meanwhile, and be there again now.
			const isBuilt = async () =>
				server.events.slice(from).some(({ event }) => event === "unchanged" || event === "live");
			await waitUntil({ what: "the configuration", timeoutMs: TIMEOUT_MS, probe: isBuilt });
			await answers("ann", "200");
			await server.kill();
			await rm(join(lists.dir, "blocked.txt"));
			server = await server.startAgain();
			await server.event("unchanged", 0);
			assert.deepEqual([await ask(envoy.port, "bob"), await ask(envoy.port, "ann")], ["403", "200"]);
			const view = await lists.view("blocked-readers");
			assert.deepEqual([view.lastError, view.state], ["../blocked.txt: there is no such file", "fresh"]);
			await lists.block("ann");
			await answers("ann", "403");
		},
	);
});
