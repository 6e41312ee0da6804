import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { send, sendRaw } from "../support/http-client.ts";
import { Mesh } from "../support/mesh.ts";
import { type Paced, PacedLoad, quantile } from "../support/paced-load.ts";
import { type Attack, attacks } from "../support/policy-attacks.ts";
import { scaled } from "../support/scale.ts";

/** What the neighbours ask for in all, each second: some tenth of what the two workers can do. */
const PER_SECOND = 200;

const CONNECTIONS = 16;

/** Neighbours asked while one attack goes on, before the load is left alone for as many. */
const SLICE = 40;

/** Such slices for each attack. */
const ROUNDS = scaled({ quick: 1, full: 20 });

/** Neighbours answered between two attacks: what is measured is an attack, and not a machine without a free core. */
const PAUSE = 4;

/** Longer than a busy machine adds, shorter than what an attack would take that nothing stops. */
const WAIT_MS = 1000;

/** What an attack may add to its neighbours' p99.9. A machine with other work to do can't show it: only in the campaign. */
const RISE_MS = scaled({ quick: Number.POSITIVE_INFINITY, full: 20 });

/** The phase in which nobody attacks. */
const QUIET = "quiet";

let mesh: Mesh;

before(async () => {
	mesh = await Mesh.start({
		configuration: "proxy-attacks",
		attributes: ["request.url_path", "response.code_details"],
	});
});

after(() => mesh.stop());

test("every policy under attack is placed in the proxy", () => {
	const placements = mesh.built.build.requirements.policies.map(({ placement }) => placement);
	assert.deepEqual(new Set(placements), new Set(["proxy"]));
});

test("rows 32 and 37: every attacker gets its answer", async () => {
	await mesh.forget();
	const numbered = attacks.map((attack, index) => ({ ...attack, path: attack.path.replace(/\?|$/, `/${index}$&`) }));
	for (const attack of numbered) {
		assert.equal(await attacked(attack), attack.status, attack.what);
		await isUnharmed();
	}
	const records = await mesh.recordsOf(attacks.length);
	const details = new Map(records.map((record) => [record["request.url_path"], record["response.code_details"]]));
	for (const { what, path, details: expected } of numbered) {
		assert.equal(details.get(path.split("?")[0]), expected, what);
	}
});

test("row 35: what the filter can't make an object of is no input, and what it can is seen by the policy", async () => {
	const raw = (request: string) =>
		sendRaw(mesh.envoy.port, Buffer.from(`${request}connection: close\r\n\r\n`, "latin1"));
	const answers = [
		await raw("GET /strict HTTP/1.1\r\nhost: a\r\nx-attack: \xff\xfe\r\n"),
		await raw("DELETE /strict HTTP/1.1\r\nhost: a\r\nx-attack: \xff\xfe\r\n"),
		await raw("GET /strict HTTP/1.1\r\nhost: a@b\r\n"),
	];
	assert.deepEqual(
		answers.map(({ status }) => status),
		[200, 403, 400],
	);
	for (const text of ["", "0", "false", "null", "[]", "nonsense"]) {
		const headers = { "x-attack": text };
		assert.equal((await send({ port: mesh.envoy.port, path: "/attacked/document", headers })).status, 403, text);
	}
	await isUnharmed();
});

test("rows 32 and 37: while one attack after the other goes on, the neighbours are answered right and in time", async (t) => {
	await mesh.forget();
	const load = new PacedLoad({
		port: mesh.envoy.port,
		perSecond: PER_SECOND,
		connections: CONNECTIONS,
		path: neighbour,
	});
	try {
		load.phase = "warming up";
		await load.answered(SLICE);
		for (let round = 0; round < ROUNDS; round++) {
			for (const attack of attacks) {
				load.phase = QUIET;
				await load.answered(SLICE);
				load.phase = attack.what;
				await keepAttacking(attack, load);
			}
		}
	} finally {
		await load.stop();
	}
	const { answers } = load;
	assert.deepEqual(answers.filter(isWrong), []);
	const slowest = Math.max(...answers.map(({ elapsedMs }) => elapsedMs));
	assert.ok(slowest <= WAIT_MS, `a neighbour waited ${slowest} ms`);
	await isUnharmed();
	assert.equal(await workersInUse(), 2);
	t.diagnostic(
		describeWaits(
			QUIET,
			answers.filter(({ phase }) => phase === QUIET),
		),
	);
	for (const { what } of attacks)
		t.diagnostic(
			describeWaits(
				what,
				answers.filter(({ phase }) => phase === what),
			),
		);
	const rise =
		worst(answers, (phase) => attacks.some(({ what }) => what === phase)) - worst(answers, (phase) => phase === QUIET);
	t.diagnostic(`the neighbours' p99.9 rose by ${rise.toFixed(1)} ms`);
	assert.ok(rise <= RISE_MS, `the neighbours' p99.9 rose by ${rise} ms`);
});

/** One after the other, while as many neighbours are answered as in a slice; each gets its answer. */
async function keepAttacking(attack: Attack, load: PacedLoad): Promise<void> {
	const goal = load.answers.length + SLICE;
	while (load.answers.length < goal) {
		assert.equal(await attacked(attack), attack.status, attack.what);
		await load.answered(PAUSE);
	}
}

async function attacked({ path, text }: Attack): Promise<number> {
	const headers = text === undefined ? {} : { "x-attack": text };
	return (await send({ port: mesh.envoy.port, path, headers })).status;
}

/** Two in three are allowed, the third is denied. */
function neighbour(index: number): string {
	return `/neighbour/${index % 3 === 0 ? "closed" : "open"}/${index}`;
}

function isWrong({ path, status, body }: Paced): boolean {
	const [, , door, name] = path.split("/");
	return door === "open" ? status !== 200 || body !== `echo ${path}` : status !== 403 || body !== `closed to ${name}\n`;
}

/** No VM has trapped and been made anew, and no callback of the filter has failed. */
async function isUnharmed(): Promise<void> {
	const stats = await mesh.envoy.stats("^wasm\\..*vm_reload|^wasmcustom\\.sluice_callback_failures$");
	assert.deepEqual(
		[...stats].filter(([, value]) => value !== 0),
		[],
	);
}

/** Workers that neighbours or attackers are connected to. */
async function workersInUse(): Promise<number> {
	const stats = await mesh.envoy.stats("^listener\\.127.*\\.worker_\\d\\.downstream_cx_total$");
	return [...stats.values()].filter((value) => value > 0).length;
}

/** p99.9 of the waits in these phases, in milliseconds. */
function worst(answers: readonly Paced[], within: (phase: string) => boolean): number {
	return quantile(
		answers.flatMap(({ phase, elapsedMs }) => (within(phase) ? [elapsedMs] : [])),
		0.999,
	);
}

function describeWaits(what: string, answers: readonly Paced[]): string {
	const waits = answers.map(({ elapsedMs }) => elapsedMs);
	const [median, p99, p999, most] = [0.5, 0.99, 0.999, 1].map((share) => quantile(waits, share).toFixed(1));
	return `${what}: ${waits.length} neighbours waited p50 ${median} p99 ${p99} p99.9 ${p999} at most ${most} ms`;
}
