import assert from "node:assert/strict";
import { test } from "node:test";
import type { Adapter, Handler } from "../../../mixer/adapters/adapter.ts";
import { MAX_OPEN_MS, openHandler } from "../../../mixer/report/open-handler.ts";
import { adapterEnv } from "../adapters/adapter-env.ts";
import { ManualClock } from "./manual-clock.ts";

const sound: Handler = { handle: () => "delivered", flush: async () => {}, close: async () => {} };

function open(build: Adapter["build"], clock = new ManualClock()) {
	const adapter: Adapter = { name: "test", signals: ["record"], configSchema: { type: "object" }, build };
	let isGivenUp = false;
	const giveUp = () => {
		isGivenUp = true;
	};
	const opening = openHandler({ adapter, config: {} }, adapterEnv(), { clock, giveUp });
	return { opening, clock, isGivenUp: () => isGivenUp };
}

test("gives the handler that an adapter builds, at once or later", async () => {
	assert.equal(await open(() => sound).opening, sound);
	assert.equal(await open(async () => sound).opening, sound);
});

for (const [what, built, message] of [
	["nothing", undefined, "what it builds has no handle, no flush, no close"],
	["a function", () => {}, "what it builds has no handle, no flush, no close"],
	["a part", { handle: () => "delivered", flush: 5 }, "what it builds has no flush, no close"],
] as const) {
	test(`refuses ${what}`, async () => {
		const build = new Function("built", "return () => built")(built);
		await assert.rejects(open(build).opening, { name: "MixerError", code: "invalid", message });
	});
}

test("fails as the adapter does", async () => {
	const build = () => {
		throw new TypeError("no such host");
	};
	await assert.rejects(open(build).opening, { name: "TypeError", message: "no such host" });
});

test("gives up what takes too long, and closes it when it is open after all", async () => {
	const built = Promise.withResolvers<Handler>();
	const { opening, clock, isGivenUp } = open(() => built.promise);
	await clock.advance(MAX_OPEN_MS - 1);
	assert.equal(isGivenUp(), false);
	const refused = assert.rejects(opening, { code: "invalid", message: "is not open after 30 s" });
	await clock.advance(1);
	await refused;
	assert.equal(isGivenUp(), true);
	const closed = Promise.withResolvers<void>();
	built.resolve({ ...sound, close: async () => closed.resolve() });
	await closed.promise;
});
