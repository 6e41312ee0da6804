import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filterResource } from "../../cli/filter.ts";
import { buildTestConfiguration } from "../../test/support/configuration.ts";
import { TestDiscovery } from "../../test/support/discovery.ts";
import { balance } from "../../test/support/discovery-envoy.ts";
import { EchoUpstream } from "../../test/support/echo-upstream.ts";
import { TestEnvoy } from "../../test/support/envoy.ts";
import { type Paced, PacedLoad } from "../../test/support/paced-load.ts";
import { vmsOf } from "../../test/support/revisions.ts";
import { cpuTicks, tickUs } from "../measure/process-cpu.ts";
import { type Spread, spreadOf } from "../measure/statistics.ts";

const PER_SECOND = 200;
const WORKERS = 2;
/** Requests between two swaps over which CPU is counted: two seconds of them. */
const REQUESTS_BETWEEN = 400;
/** Longest swap, in milliseconds. */
const SWAP_TIMEOUT_MS = 60_000;

/** What data of one size cost. */
export interface DataSizeResult {
	readonly entries: number;
	readonly jsonBytes: number;
	/** Envoy's resident memory after the swaps. */
	readonly rssBytes: number;
	/** From a publication to the first decision by it in the last worker. */
	readonly pushMs: Spread;
	readonly longestMs: number;
	/** Envoy's CPU for a request, no swap going on. */
	readonly cpuUs: number;
}

/** Runs a real Envoy under load and swaps between two revisions with so many entries of data. */
export async function measureDataSize(entries: number, swaps: number): Promise<DataSizeResult> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-data-size-"));
	const upstream = await EchoUpstream.start();
	const discovery = await TestDiscovery.start();
	try {
		const [one, two] = [await build(dir, "one", entries), await build(dir, "two", entries)];
		discovery.publish(one.revision, one.resource);
		const envoy = await TestEnvoy.start({
			upstreamPort: upstream.port,
			mixerPort: 1,
			filter: { discoveryPort: discovery.port },
			change: balance,
		});
		const load = new PacedLoad({
			port: envoy.port,
			perSecond: PER_SECOND,
			connections: 8,
			path: (index) => `/user-${index % entries}`,
		});
		try {
			await load.answered(REQUESTS_BETWEEN);
			const publish = ({ revision, resource }: typeof one) => discovery.publish(revision, resource);
			const measured = await swapRepeatedly({ load, pid: envoy.pid, swaps, publish, revisions: [two, one] });
			return { entries, jsonBytes: one.jsonBytes, rssBytes: await residentBytes(envoy.pid), ...measured };
		} finally {
			await load.stop();
			await envoy.stop();
		}
	} finally {
		await Promise.all([upstream.stop(), discovery.stop(), rm(dir, { recursive: true })]);
	}
}

interface SwapRun<Revision> {
	readonly load: PacedLoad;
	readonly pid: number;
	readonly swaps: number;
	readonly publish: (revision: Revision) => void;
	readonly revisions: readonly [Revision, Revision];
}

async function swapRepeatedly<Revision extends { readonly word: string }>(run: SwapRun<Revision>) {
	const { load, pid, swaps, publish, revisions } = run;
	const pushes: number[] = [];
	const cpu: number[] = [];
	const oneTick = await tickUs();
	for (let i = 0; i < swaps; i++) {
		const next = revisions[i % 2 === 0 ? 0 : 1];
		const from = load.answers.length;
		const start = performance.now();
		publish(next);
		while (!decidedInAll(next.word, load.answers.slice(from))) {
			if (performance.now() - start > SWAP_TIMEOUT_MS) throw new Error(`${next.word} is not in force after a minute`);
			await load.answered(1);
		}
		pushes.push(performance.now() - start);
		// The old VMs end now.
		await load.answered(REQUESTS_BETWEEN / 2);
		const before = { ticks: await cpuTicks(pid), answers: load.answers.length };
		await load.answered(REQUESTS_BETWEEN);
		const answers = load.answers.length - before.answers;
		cpu.push((((await cpuTicks(pid)) - before.ticks) * oneTick) / answers);
	}
	const longestMs = load.answers.reduce((longest, { elapsedMs }) => Math.max(longest, elapsedMs), 0);
	return { pushMs: spreadOf(pushes), longestMs, cpuUs: spreadOf(cpu).median };
}

function decidedInAll(word: string, answers: readonly Paced[]): boolean {
	return vmsOf(word, answers).size >= WORKERS;
}

/** A configuration whose policy looks the path's user up among so many, and says the word. */
async function build(parent: string, word: string, entries: number) {
	const dir = join(parent, word);
	await mkdir(join(dir, "users"), { recursive: true });
	const users = Object.fromEntries(
		Array.from({ length: entries }, (_, i) => [`user-${i}`, { role: `role-${i % 7}`, team: `team-${i % 100}` }]),
	);
	const data = JSON.stringify({ users, word });
	await writeFile(join(dir, "sluice.yaml"), SLUICE_YAML);
	await writeFile(join(dir, "users/users.rego"), REGO);
	await writeFile(join(dir, "users/data.json"), data);
	const { build: built } = await buildTestConfiguration(dir);
	return { word, jsonBytes: data.length, revision: built.requirements.revision, resource: filterResource(built) };
}

async function residentBytes(pid: number): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, "utf8");
	return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}

const SLUICE_YAML = `apiVersion: sluice.dev/v1alpha1
kind: Settings
metadata: {name: settings}
spec: {decisionIdInResponses: true, cache: {entries: 0}}
---
apiVersion: sluice.dev/v1alpha1
kind: Policy
metadata: {name: users}
spec: {bundle: users, entrypoint: access/decision, targets: [{}], placement: proxy, failureMode: deny}
`;

const REGO = `package access

default decision := false

decision := {"allowed": true, "response_headers_to_add": {"x-word": data.word}} if {
	data.users[input.request.path_segments[0]].role != "none"
}
`;
