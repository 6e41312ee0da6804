import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { CheckRequestSchema, type CheckResponse, CheckResponseSchema } from "../../mixer/api/generated/mixer_pb.js";
import { type Clock, systemClock } from "../../mixer/observe/clock.ts";
import { reportBatch } from "../mixer/report/report-batch.ts";
import { adapterOf, runMixer } from "../mixer/server/running-mixer.ts";

const record = { "request.method": { string: "GET" } };

/** The machine's clock, and a promise for when this many short timers (those of a stop that waits) have rung. */
function countingClock(timers: number): { clock: Clock; waited: Promise<void> } {
	const { promise: waited, resolve } = Promise.withResolvers<void>();
	let rung = 0;
	const after: Clock["after"] = (delayMs, run) => {
		return systemClock.after(delayMs, () => {
			if (delayMs < 100 && ++rung === timers) resolve();
			run();
		});
	};
	return { clock: { now: systemClock.now, after }, waited };
}

describe("a stop", () => {
	test("answers the call under way, delivers what is queued, flushes and closes the handlers, in this order", async (t) => {
		const steps: string[] = [];
		const gate = Promise.withResolvers<void>();
		const slow = adapterOf({
			async handle(): Promise<"delivered"> {
				await gate.promise;
				steps.push("handle");
				return "delivered";
			},
			flush: async () => void steps.push("flush"),
			close: async () => void steps.push("close"),
		});
		const pending = Promise.withResolvers<CheckResponse>();
		const asked = Promise.withResolvers<void>();
		const check = () => {
			asked.resolve();
			return pending.promise;
		};
		const { clock, waited } = countingClock(3);
		const { mixer, client } = await runMixer(t, { adapters: [slow], check, options: { clock } });
		await client.report(reportBatch([record]));
		const call = client.check(create(CheckRequestSchema, {})).then(() => steps.push("answer"));
		await asked.promise;
		const stopped = mixer.stop();
		await waited;
		pending.resolve(create(CheckResponseSchema, {}));
		await call;
		gate.resolve();
		await stopped;
		assert.deepEqual(steps, ["answer", "handle", "flush", "close"]);
		await assert.rejects(client.report(reportBatch([record])));
	});

	test("gives up a handler that hangs when the grace time is over", async (t) => {
		const hanging = adapterOf({ handle: () => new Promise(() => {}), flush: () => new Promise(() => {}) });
		const { mixer, client, log } = await runMixer(t, { adapters: [hanging], options: { graceMs: 100 } });
		await client.report(reportBatch([record]));
		await mixer.stop();
		assert.deepEqual(log.lines, [
			{
				level: "warn",
				fields: { handler: "handler-0", records: 1, reason: "stopped" },
				message: "records dropped",
			},
		]);
	});

	test("may be asked for twice", async (t) => {
		let closed = 0;
		const { mixer } = await runMixer(t, { adapters: [adapterOf({ close: async () => void closed++ })] });
		await Promise.all([mixer.stop(), mixer.stop()]);
		assert.equal(closed, 1);
	});
});

describe("a start that fails", () => {
	test("names the busy port and closes what it had opened", async (t) => {
		const busy = createServer();
		await new Promise<void>((resolve) => busy.listen(0, "127.0.0.1", resolve));
		t.after(() => busy.close());
		const address = busy.address();
		assert.ok(typeof address === "object" && address !== null);
		let closed = 0;
		const adapters = [adapterOf({ close: async () => void closed++ })];
		const start = (ports: { mixer: number; admin: number }) => runMixer(t, { adapters, options: { ports } });
		await assert.rejects(start({ mixer: address.port, admin: 0 }), {
			name: "MixerError",
			code: "unavailable",
			message: `Mixer: cannot listen on 127.0.0.1:${address.port}: the port is in use`,
		});
		await assert.rejects(start({ mixer: 0, admin: address.port }), {
			name: "MixerError",
			code: "unavailable",
			message: `admin: cannot listen on 127.0.0.1:${address.port}: the port is in use`,
		});
		assert.equal(closed, 2);
	});

	test("names the handler whose configuration cannot work", async (t) => {
		let closed = 0;
		const good = adapterOf({ close: async () => void closed++ });
		const broken = { ...adapterOf({}), build: () => Promise.reject(new Error("no such folder")) };
		await assert.rejects(runMixer(t, { adapters: [good, broken] }), {
			code: "invalid",
			message: "handler handler-1 (test): no such folder",
		});
		assert.equal(closed, 1);
	});
});
