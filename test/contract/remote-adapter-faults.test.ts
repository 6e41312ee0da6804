import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { status } from "@grpc/grpc-js";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { grpc } from "../../mixer/adapters/grpc/grpc.ts";
import { type HandleRequest, ItemResult_Status } from "../../mixer/api/generated/adapter_pb.js";
import { reportBatch } from "../mixer/report/report-batch.ts";
import { keeper, runMixer } from "../mixer/server/running-mixer.ts";
import { metricLines } from "../support/metric-lines.ts";
import { scaled } from "../support/scale.ts";
import { ScriptedAdapter } from "../support/scripted-adapter.ts";

const BATCHES = scaled({ quick: 20, full: 2000 });
const BATCH_RECORDS = 25;
const RECORDS = BATCHES * BATCH_RECORDS;
const TIMEOUT_MS = 60_000;
const { DELIVERED, RETRY, REJECTED } = ItemResult_Status;

/** What the Mixer has counted of the handler. */
interface Ledger {
	readonly received: number;
	readonly delivered: number;
	readonly pending: number;
	readonly dropped: Readonly<Record<string, number>>;
}

/** A Mixer with this adapter and a sound one beside it, to which so many records are sent. */
async function under(t: TestContext, remote: ScriptedAdapter, options: { deadline?: string; timeoutMs?: number } = {}) {
	const { deadline = "30s", timeoutMs = 5000 } = options;
	const sound = keeper();
	const config = { endpoint: remote.endpoint, deadline, attributes: ["request.id"] };
	const common = { records: true, rules: [], queueRecords: 2 * RECORDS, queueBytes: 100_000_000, timeoutMs };
	const handlers = [
		{ name: "remote", adapter: grpc, config, ...common },
		{ name: "sound", adapter: sound.adapter, config: {}, ...common },
	];
	const { client, admin, mixer } = await runMixer(t, { options: { handlers, graceMs: 500 } });
	const ledger = async (): Promise<Ledger> => {
		const { body } = await admin("/metrics");
		const of = (what: string) => {
			return metricLines(body, `sluice_handler_records_${what}`).filter(({ labels }) => labels.handler === "remote");
		};
		const one = (what: string) => of(what).reduce((sum, { value }) => sum + value, 0);
		const dropped = Object.fromEntries(of("dropped_total").map(({ labels, value }) => [labels.reason ?? "", value]));
		return { received: one("received_total"), delivered: one("delivered_total"), pending: one("pending"), dropped };
	};
	return {
		mixer,
		/** Tries that took longer than the timeout. */
		async late(): Promise<number> {
			const calls = metricLines((await admin("/metrics")).body, "sluice_handler_call_duration_seconds_count");
			const late = calls.filter(({ labels }) => labels.handler === "remote" && labels.outcome === "late");
			return late.reduce((sum, { value }) => sum + value, 0);
		},
		async send() {
			for (let i = 0; i < BATCHES; i++) await client.report(batchOf(i));
		},
		/** The ledger when nothing is pending any more; the sound handler has everything then. */
		async settled() {
			const probe = async () => {
				const { received, pending } = await ledger();
				return received === RECORDS && pending === 0 && sound.records.length === RECORDS;
			};
			await waitUntil({ what: "every record settled", timeoutMs: TIMEOUT_MS, probe });
			return await ledger();
		},
		async until(what: string, isSo: (ledger: Ledger) => boolean) {
			await waitUntil({ what, timeoutMs: TIMEOUT_MS, probe: async () => isSo(await ledger()) });
			assert.equal(sound.records.length, RECORDS, "the other handler has everything");
			return await ledger();
		},
	};
}

async function start(t: TestContext, port = 0) {
	const remote = await ScriptedAdapter.start({ port });
	t.after(() => remote.stop());
	return remote;
}

/** The ids that adapters were sent, a repeated batch once; those of batches that are `taken`. */
function idsOf(handled: readonly HandleRequest[], taken: (sequence: bigint, index: number) => boolean = () => true) {
	const batches = new Map(handled.map((request) => [`${request.session}/${request.sequence}`, request]));
	return [...batches.values()].flatMap(({ sequence, batch }) => {
		const records = batch.case === "records" ? batch.value.records : [];
		return records
			.filter((_, index) => taken(sequence, index))
			.map(({ attributes }) => String(attributes["request.id"]?.kind.value));
	});
}

test("an adapter that refuses: what it rejects is dropped under its reasons, what it wants again comes again", async (t) => {
	const remote = await start(t);
	remote.answer = ({ sequence, batch }) => {
		if (sequence === 1n) return { fails: status.INVALID_ARGUMENT };
		const records = batch.case === "records" ? batch.value.records : [];
		const first = { status: sequence % 2n === 0n ? RETRY : REJECTED, reason: "odd" };
		return { results: records.map((_, index) => (index === 0 ? first : { status: DELIVERED })) };
	};
	const mixer = await under(t, remote);
	await mixer.send();
	const { delivered, dropped } = await mixer.settled();
	const rejected = remote.handled.filter(({ sequence }) => sequence > 1n && sequence % 2n === 1n).length;
	const first = remote.handled.find(({ sequence }) => sequence === 1n);
	assert.ok(first !== undefined);
	assert.deepEqual(dropped, { invalid_argument: idsOf([first]).length, odd: rejected });
	assert.equal(delivered, RECORDS - rejected - idsOf([first]).length);
	const taken = idsOf(remote.handled, (sequence, index) => sequence > 1n && index > 0);
	assert.deepEqual([taken.length, new Set(taken).size], [delivered, delivered]);
});

test("an adapter that is slow beyond the timeout is believed when it answers, and asked once", async (t) => {
	const remote = await start(t);
	const late = Promise.withResolvers<void>();
	remote.answer = async () => {
		await late.promise;
		return { results: [{ status: DELIVERED }] };
	};
	const mixer = await under(t, remote, { timeoutMs: 500 });
	await mixer.send();
	await waitUntil({ what: "a try that is late", timeoutMs: TIMEOUT_MS, probe: async () => (await mixer.late()) > 0 });
	late.resolve();
	assert.deepEqual(await mixer.settled(), { received: RECORDS, delivered: RECORDS, pending: 0, dropped: {} });
	const ids = idsOf(remote.handled);
	assert.deepEqual([ids.length, new Set(ids).size], [RECORDS, RECORDS]);
	assert.equal(remote.handled.filter(({ sequence }) => sequence === 1n).length, 1);
});

test("an adapter that hangs and forgets its sessions gets everything, once under each number", async (t) => {
	const remote = await start(t);
	let calls = 0;
	remote.answer = () => {
		calls++;
		if (calls % 7 === 1) return "hangs";
		if (calls % 5 === 1) return { fails: status.FAILED_PRECONDITION };
		if (calls % 3 === 1) return { fails: status.UNAVAILABLE };
		return { results: [{ status: DELIVERED }] };
	};
	const mixer = await under(t, remote, { deadline: "100ms" });
	await mixer.send();
	assert.deepEqual(await mixer.settled(), { received: RECORDS, delivered: RECORDS, pending: 0, dropped: {} });
	const ids = idsOf(remote.handled);
	assert.deepEqual([ids.length, new Set(ids).size], [RECORDS, RECORDS]);
});

test("an adapter that is killed and started again loses nothing", async (t) => {
	const first = await start(t);
	const mixer = await under(t, first);
	first.answer = () => (first.handled.length > 1 ? "hangs" : { results: [{ status: DELIVERED }] });
	await mixer.send();
	await waitUntil({ what: "a call", timeoutMs: TIMEOUT_MS, probe: async () => first.handled.length > 1 });
	first.stop();
	const second = await start(t, first.port);
	assert.deepEqual(await mixer.settled(), { received: RECORDS, delivered: RECORDS, pending: 0, dropped: {} });
	const ids = new Set(idsOf([...first.handled, ...second.handled]));
	assert.equal(ids.size, RECORDS);
	const again = first.handled.at(-1);
	assert.deepEqual(
		[second.handled[0]?.session, second.handled[0]?.sequence],
		[again?.session, again?.sequence],
		"what had no answer comes again under its numbers",
	);
});

test("an adapter that is gone for good costs its own records alone, and each is accounted for", async (t) => {
	const remote = await start(t);
	const mixer = await under(t, remote, { timeoutMs: 50 });
	remote.stop();
	await mixer.send();
	const { received, delivered, pending, dropped } = await mixer.until("records given up", ({ dropped: of }) => {
		return (of.timeout ?? 0) > 0;
	});
	assert.equal(delivered, 0);
	assert.equal(received, RECORDS);
	assert.equal(pending + Object.values(dropped).reduce((sum, value) => sum + value, 0), RECORDS);
	await mixer.mixer.stop();
});

function batchOf(number: number) {
	const records = Array.from({ length: BATCH_RECORDS }, (_, i) => ({ "request.id": { string: `${number}-${i}` } }));
	return reportBatch(records, { sequence: BigInt(number + 1) });
}
