import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { UpPorts } from "../../cli/up/up-ports.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { load, send } from "../support/http-client.ts";
import { type MetricLine, metricLines } from "../support/metric-lines.ts";
import { childrenOf, listens, type Process } from "../support/processes.ts";
import { checkout } from "../support/programs.ts";
import { freeUpPorts, UpRun } from "../support/up-run.ts";

/** Longest stop that is promised, in milliseconds. */
const STOP_MS = 10_000;

let dir = "";
/** Where a run keeps its logs and Envoy's configuration. */
let stateDir = "";
let ports: UpPorts;
/** What the test at hand has started. */
const runs: UpRun[] = [];

before(async () => {
	dir = await mkdtemp(join(tmpdir(), "sluice-up-test-"));
	// The example policies log into it.
	await mkdir(join(dir, "build"));
	await cp(join(checkout, "policies"), examples(), { recursive: true });
	const settings = await readFile(join(examples(), "sluice.yaml"), "utf8");
	// A busy machine takes longer than that now and then, and this is not about deadlines.
	assert.ok(settings.includes("deadline: 200ms"));
	await writeFile(join(examples(), "sluice.yaml"), settings.replace("deadline: 200ms", "deadline: 10s"));
	stateDir = join(dir, "state");
	await mkdir(stateDir);
});

after(() => rm(dir, { recursive: true }));

beforeEach(async () => {
	ports = await freeUpPorts();
});

afterEach(() => Promise.all(runs.splice(0).map((run) => run.end())));

test("brings up the bookstore as the banner says, and leaves nothing behind", async () => {
	const run = start();
	await run.printed("grep sluice_decisions\n");
	assert.equal(withoutTimes(run.stdout), banner());
	await followsTheBanner();
	// Each worker's records come in their own time.
	for (const path of ["books ", "admin", "internal", "books/1"]) await run.printed(`GET /${path}`);
	const lines = run.stdout.split("\n").filter((line) => /^\d\d:\d\d:\d\d /.test(line));
	assert.deepEqual(lines.map((line) => line.slice(9).replace(/\s+\d+(µs|ms) .*$/, "")).sort(), [
		"ALLOW 200 GET /books   books_public  proxy",
		"ALLOW 200 GET /books/1 books_public  proxy",
		"DENY  403 GET /admin   staff_only    proxy",
		"DENY  403 GET /internal no_rule       proxy",
	]);
	await usesUpAQuota();
	const children = await childrenOf(run.pid);
	assert.equal(children.length, 3);
	const { status, elapsedMs } = await run.stop("SIGINT", "SIGINT");
	assert.equal(status, 0, run.stderr);
	assert.ok(elapsedMs < STOP_MS, `stopping took ${elapsedMs} ms`);
	assert.equal(run.stderr, "");
	await nothingLeft(children);
	assert.deepEqual(await readdir(stateDir), []);
});

test("takes an edit live, says what is wrong with a broken one, and changes nothing then", async (t) => {
	const server = createServer((_, response) => response.end());
	t.after(() => server.close());
	await cp(join(checkout, "test/testdata/e2e/revisions"), join(dir, "live"), { recursive: true });
	const edit = (file: string, text: string) => writeFile(join(dir, "live/words", file), text);
	const word = async () => (await send({ port: ports.listener, path: "/" })).headers.get("x-word");
	const run = start({ config: "live", flags: ["--upstream", `127.0.0.1:${await listen(server)}`] });
	await run.printed("Envoy admin");
	await edit("data.json", '{"words": {"word": "edited"}}');
	await run.printed(" build\n");
	const line =
		/\n\d\d:\d\d:\d\d policy [0-9a-f]{6} → ([0-9a-f]{6}) live in 2\/2 workers, [\d.]+ m?s after a [\d.]+ m?s build\n/;
	const [, revision = ""] = line.exec(run.stdout) ?? assert.fail(run.stdout);
	assert.equal(await word(), "edited");
	const rego = 'package words\n\nstaff if input.attributes.request.http.header["x-role"] == "staff"\n';
	await edit("wrong.rego", rego);
	await run.printed("want one of: ");
	const [, block = ""] = /\n\d\d:\d\d:\d\d (policy not changed: .*? want one of: )/s.exec(run.stdout) ?? [];
	assert.equal(
		block,
		`policy not changed: 1 error; ${revision} keeps deciding
 live/words/wrong.rego:3: rego_type_error: undefined ref
   3 | staff if input.attributes.request.http.header["x-role"] == "staff"
     |                                        ^^^^^^ have "header", want one of: `,
	);
	assert.equal(await word(), "edited");
	await edit("wrong.rego", "package words\n");
	await edit("data.json", '{"words": {"word": "again"}}');
	await run.printed(`policy ${revision} → `);
	assert.equal(await word(), "again");
	const { status } = await run.stop("SIGINT");
	assert.equal(status, 0, run.stderr);
	assert.equal(run.stderr, "");
	assert.deepEqual(await readdir(stateDir), []);
});

test("shows Istio's metrics of every request, until their file has a dot in front of its name", async (t) => {
	const run = start();
	await run.printed("grep sluice_decisions\n");
	await followsTheBanner();
	const metrics = async () => (await send({ port: ports.admin, path: "/metrics" })).body;
	const of = (text: string, name: string) =>
		metricLines(text, name).filter(({ labels }) => labels.response_code === "403");
	const text = await metrics();
	// The probe that found Envoy ready is a request like any other.
	const value = sumOf(of(text, "sluice_requests_total"));
	assert.deepEqual(of(text, "istio_requests_total"), [
		{ name: "istio_requests_total", labels: { ...UNKNOWN, ...DENIED }, value },
	]);
	const requests = (text: string) => sumOf(metricLines(text, "sluice_requests_total"));
	assert.equal(sumOf(metricLines(text, "istio_request_duration_milliseconds_count")), requests(text));
	const [on, off] = ["istio-metrics.yaml", ".istio-metrics.yaml"].map((name) => join(examples(), name));
	assert.ok(on && off);
	await rename(on, off);
	t.after(() => rename(off, on));
	const before = requests(await metrics());
	await waitUntil({
		what: "the end of Istio's metrics",
		timeoutMs: 60_000,
		probe: async () => !(await metrics()).includes("istio_"),
	});
	assert.ok(requests(await metrics()) >= before, "counts of other metrics go on");
});

/** What nobody can know of a request without certificates. */
const UNKNOWN = Object.fromEntries(
	["source", "destination"].flatMap((side) => [
		...["principal", "workload", "workload_namespace", "canonical_service", "app", "version", "cluster"].map(
			(label) => {
				return [`${side}_${label}`, "unknown"] as const;
			},
		),
		[`${side}_canonical_revision`, "latest"] as const,
	]),
);

/** A denial by the filter. */
const DENIED = {
	reporter: "destination",
	destination_service: "upstream",
	destination_service_name: "upstream",
	destination_service_namespace: "unknown",
	request_protocol: "http",
	response_code: "403",
	response_flags: "-",
	grpc_response_status: "",
	connection_security_policy: "none",
};

function sumOf(lines: readonly MetricLine[]): number {
	return lines.reduce((sum, { value }) => sum + value, 0);
}

test("delivers the records that are on their way when it is stopped", async () => {
	const run = start();
	await run.printed("grep sluice_decisions\n");
	const before = await accessLogLines();
	await load({ count: 200, concurrency: 8, request: () => send({ port: ports.listener, path: "/books" }) });
	const { status } = await run.stop("SIGINT");
	assert.equal(status, 0, run.stderr);
	// The one that asked for readiness may have been logged before or after the others were counted.
	const logged = (await accessLogLines()) - before;
	assert.ok(logged === 200 || logged === 201, `${logged} of 200 requests were logged`);
});

describe("with a person's own service", () => {
	test("puts it behind Envoy, without the sample and what to try on it", async (t) => {
		const server = createServer((_, response) => response.end("my own"));
		t.after(() => {
			server.close();
			server.closeAllConnections();
		});
		const port = await listen(server);
		const config = join(checkout, "test/testdata/e2e/shop");
		// By a name that has an IPv6 address as well, where nothing listens.
		const run = start({ config, flags: ["--upstream", `localhost:${port}`] });
		await run.printed("Envoy admin");
		assert.doesNotMatch(run.stdout, /Try:/);
		const answer = await send({ port: ports.listener, path: "/shop/open" });
		assert.deepEqual([answer.status, answer.body], [200, "my own"]);
		const { status } = await run.stop("SIGTERM");
		assert.equal(status, 0, run.stderr);
	});
});

test("names every busy port with its owner, and starts nothing", async () => {
	const servers = [createServer(), createServer()];
	try {
		const [first = 0, second = 0] = await Promise.all(servers.map((server) => listen(server)));
		ports = { ...ports, listener: first, catalogue: second };
		const run = start();
		assert.equal(await run.status, 1);
		const owner = `node (pid ${process.pid})`;
		const busy = [
			`port ${first} (app through Envoy) is in use by ${owner}: stop it, or choose another with --port`,
			`port ${second} (the sample's catalogue) is in use by ${owner}: stop it, or choose another with --catalogue-port`,
			"",
		];
		assert.equal(run.stderr, busy.join("\n"));
		assert.equal(run.stdout, "");
	} finally {
		for (const server of servers) server.close();
	}
});

for (const [what, program, name] of [
	["Envoy", "envoy", "Envoy"],
	["the sample", "catalogue.ts", "the sample's catalogue"],
] as const) {
	test(`ends with what went wrong when ${what} ends`, async () => {
		const run = start();
		await run.printed("grep sluice_decisions\n");
		const children = await childrenOf(run.pid);
		const victim = children.find(({ command }) => command.includes(program));
		assert.ok(victim);
		process.kill(victim.pid, "SIGKILL");
		assert.equal(await run.status, 1);
		assert.match(run.stderr, new RegExp(`^${name} ended: signal SIGKILL\\. Its log, .*\\.log:\n`));
		await nothingLeft(children);
	});
}

test("a signal while it starts ends it in order", async () => {
	const run = start();
	await run.printed("✓ policy");
	const { status } = await run.stop("SIGINT");
	assert.equal(status, 0, run.stderr);
	assert.equal(run.stderr, "");
	assert.doesNotMatch(run.stdout, /ready/);
	await nothingLeft([]);
});

test("a configuration with faults is named by file and line, and nothing starts", async () => {
	const config = join(dir, "faulty");
	await mkdir(config);
	const text = "apiVersion: sluice.dev/v1alpha1\nkind: Settings\nmetadata: {name: s}\nspec: {defualt: deny}\n";
	await writeFile(join(config, "faulty.yaml"), text);
	const run = start({ config });
	assert.equal(await run.status, 1);
	assert.match(run.stderr, /^faulty\.yaml:4:8 spec\.defualt: .*default/);
	assert.equal(run.stdout, "");
});

function start(options: { config?: string; flags?: readonly string[] } = {}): UpRun {
	const run = new UpRun({ ports, dir, stateDir, config: examples(), ...options });
	runs.push(run);
	return run;
}

/** A copy of the example policies. */
function examples(): string {
	return join(dir, "policies");
}

/** The banner of the first two minutes, for these ports; times, revision and key as they vary. */
function banner(): string {
	const { listener, admin, envoyAdmin } = ports;
	return ` ✓ policy TIME   bookstore@REVISION → proxy (reads 4 inputs, 17 tests pass)
 ✓ ready TIME

 app through Envoy  ${`http://127.0.0.1:${listener}`.padEnd(28)} metrics    http://127.0.0.1:${admin}/metrics
 Envoy admin        http://127.0.0.1:${envoyAdmin}
 decisions, live    http://127.0.0.1:${admin}/#key=KEY

 Try:
 curl -i localhost:${listener}/books${" ".repeat(32 - String(listener).length)}→ 200
 curl -i localhost:${listener}/admin -H 'x-role: reader'${" ".repeat(12 - String(listener).length)}→ 403 "readers cannot open /admin"
 curl -i localhost:${listener}/internal${" ".repeat(29 - String(listener).length)}→ 403 "no rule allows this path"
 curl -i localhost:${listener}/books/1 -H 'x-role: librarian'${" ".repeat(7 - String(listener).length)}→ 200, x-policy-tier: staff
 curl -i 'localhost:${listener}/books?[1-6]' -H 'x-reader: ann'${" ".repeat(5 - String(listener).length)}→ 200 five times, then 429
 curl -s localhost:${admin}/metrics | grep sluice_decisions

`;
}

function withoutTimes(stdout: string): string {
	return stdout
		.replace(/ +\d+\.\d s/g, " TIME")
		.replace(/bookstore@[0-9a-f]{6} /, "bookstore@REVISION ")
		.replace(/#key=[\w-]{43}\n/, "#key=KEY\n");
}

async function followsTheBanner(): Promise<void> {
	const port = ports.listener;
	const books = await send({ port, path: "/books" });
	assert.equal(books.status, 200);
	const admin = await send({ port, path: "/admin", headers: { "x-role": "reader" } });
	assert.deepEqual([admin.status, admin.body], [403, "readers cannot open /admin\n"]);
	const internal = await send({ port, path: "/internal" });
	assert.deepEqual([internal.status, internal.body], [403, "no rule allows this path\n"]);
	const book = await send({ port, path: "/books/1", headers: { "x-role": "librarian" } });
	assert.deepEqual([book.status, book.headers.get("x-policy-tier")], [200, "staff"]);
	const counted = async () =>
		(await send({ port: ports.admin, path: "/metrics" })).body.includes('rule="books_public"} 2');
	await waitUntil({ what: "the decisions in /metrics", timeoutMs: 20_000, probe: counted });
}

async function usesUpAQuota(): Promise<void> {
	const answers = [];
	for (let i = 1; i <= 6; i++) {
		answers.push(await send({ port: ports.listener, path: `/books?${i}`, headers: { "x-reader": "ann" } }));
	}
	assert.deepEqual(
		answers.map(({ status }) => status),
		[200, 200, 200, 200, 200, 429],
	);
	assert.equal(answers[5]?.body, "ann has read enough for now\n");
}

async function accessLogLines(): Promise<number> {
	const text = await readFile(join(dir, "build/access.jsonl"), "utf8");
	return text.split("\n").length - 1;
}

/** No child lives, no port listens, no folder of state is left. */
async function nothingLeft(children: readonly Process[]): Promise<void> {
	for (const { pid } of children) assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
	for (const port of Object.values(ports)) assert.equal(await listens(port), false, `port ${port} still listens`);
}

function listen(server: ReturnType<typeof createServer>): Promise<number> {
	return new Promise((resolve) =>
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			assert(address !== null && typeof address === "object");
			resolve(address.port);
		}),
	);
}
