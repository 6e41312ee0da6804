import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { DataSourceConfig } from "../../../galley/snapshot.ts";
import { DataSources } from "../../../mixer/data-sources/data-sources.ts";
import { keptDataIn } from "../../../mixer/data-sources/kept-data.ts";
import { HandClock } from "../policy/hand-clock.ts";
import { names, ScriptedSource } from "./scripted-source.ts";
import { linesLogger } from "./source-env.ts";

const MINUTE = 60_000;

function config(parts: Partial<DataSourceConfig> = {}): DataSourceConfig {
	return {
		name: "blocked",
		adapter: "scripted",
		config: {},
		path: ["shop", "blocked"],
		refreshMs: MINUTE,
		timeoutMs: 1000,
		maxBytes: 1000,
		expireAfterMs: 10 * MINUTE,
		onExpired: "deny",
		file: "sluice.yaml",
		line: 7,
		...parts,
	};
}

let dir: string;
let clock: HandClock;
let source: ScriptedSource;
let log: string[];
let outcomes: string[];
let changes: number;
let all: DataSources;

function make(): DataSources {
	return new DataSources({
		adapterOf: async (_, word) => (word === "scripted" ? source.adapter : undefined),
		kept: keptDataIn(join(dir, "data-sources")),
		clock,
		random: () => 0.5,
		environment: {},
		logger: linesLogger(log),
		onRefresh: (_, outcome) => void outcomes.push(outcome),
		onChange: () => void changes++,
	});
}

beforeEach(async () => {
	dir = await mkdtemp(join(tmpdir(), "sluice-sources-"));
	[clock, source, log, outcomes, changes] = [new HandClock(), new ScriptedSource(names("ann")), [], [], 0];
	clock.advance(1_000_000);
	all = make();
});

afterEach(async () => {
	all.stop();
	await rm(dir, { recursive: true });
});

/** Puts a configuration in force; what its only source says. */
async function use(...configs: readonly DataSourceConfig[]) {
	const change = await all.prepare(dir, configs);
	change.commit();
	return change.data.map(({ document, denies }) => [document, denies]);
}

/** Moves on, until so many readings are over. */
async function advance(ms: number, readings = 0): Promise<void> {
	const wanted = outcomes.length + readings;
	clock.advance(ms);
	while (outcomes.length < wanted) await new Promise(setImmediate);
}

const said = () => all.current().data.map(({ document, denies }) => [document, denies])[0];
const ann = ['{"ann":true}', false];

describe("while it can be read", () => {
	test("a source is read at once, and again and again with the tag of what is known", async () => {
		assert.deepEqual(await use(config()), [ann]);
		source.answer = "unchanged";
		await advance(MINUTE, 1);
		await advance(MINUTE, 1);
		assert.deepEqual(source.asked, [undefined, "ann", "ann"]);
		assert.deepEqual(outcomes, ["changed", "unchanged", "unchanged"]);
		assert.equal(changes, 0);
	});

	test("a change is told of until it is in force, and the same content is none", async () => {
		await use(config());
		source.answer = { ...names("ann"), tag: "another" };
		await advance(MINUTE, 1);
		assert.equal(changes, 0);
		source.answer = names("ann", "bob");
		await advance(MINUTE, 1);
		await advance(MINUTE, 1);
		assert.equal(changes, 2);
		assert.deepEqual(said(), ['{"ann":true,"bob":true}', false]);
		all.current().commit();
		await advance(MINUTE, 1);
		assert.equal(changes, 2);
	});

	test("it is read when it says that it has changed, once that has settled", async () => {
		await use(config());
		source.change();
		clock.advance(99);
		source.change();
		clock.advance(99);
		assert.equal(source.asked.length, 1);
		await advance(1, 1);
		assert.equal(source.asked.length, 2);
	});

	test("waits are spread by a tenth", async () => {
		await use(config());
		assert.equal(all.views()[0]?.nextRefreshMs, MINUTE);
	});
});

describe("when it can be read no more", () => {
	test("the last good data hold, and it is tried again after 1, 2, 4 s … up to its time", async () => {
		await use(config());
		source.answer = new Error("no route");
		await advance(MINUTE, 1);
		const waits: number[] = [];
		for (let i = 0; i < 7; i++) {
			const { nextRefreshMs } = all.views()[0] ?? assert.fail();
			waits.push(nextRefreshMs);
			await advance(nextRefreshMs, 1);
		}
		assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, MINUTE]);
		assert.deepEqual(said(), ann);
		assert.deepEqual(all.views()[0], {
			name: "blocked",
			adapter: "scripted",
			path: "shop/blocked",
			entries: 1,
			ageMs: 183_000,
			state: "fresh",
			onExpired: "deny",
			lastError: "no route",
			nextRefreshMs: MINUTE,
		});
		assert.deepEqual(log, ['the data source cannot be read {"dataSource":"blocked","err":"no route"}']);
		source.answer = "unchanged";
		await advance(MINUTE, 1);
		assert.deepEqual([all.views()[0]?.lastError, all.views()[0]?.ageMs], [null, 0]);
		assert.equal(log[1], 'the data source can be read again {"dataSource":"blocked"}');
		assert.equal(changes, 0);
	});

	test("a reading that hangs ends with its timeout", async () => {
		await use(config());
		source.answer = "hangs";
		clock.advance(MINUTE);
		while (source.asked.length < 2) await new Promise(setImmediate);
		await advance(1000, 1);
		assert.equal(all.views()[0]?.lastError, "no answer within 1000 ms (spec.timeout)");
	});

	test("a document that is no JSON changes nothing", async () => {
		await use(config());
		source.answer = { document: "{", entries: 0 };
		await advance(MINUTE, 1);
		assert.deepEqual([said(), outcomes.at(-1)], [ann, "failed"]);
	});

	for (const { onExpired, expired } of [
		{ onExpired: "keep", expired: ann },
		{ onExpired: "empty", expired: ["{}", false] },
		{ onExpired: "deny", expired: ['{"ann":true}', true] },
	] as const) {
		test(`its data expire to the millisecond and are then handled as configured: ${onExpired}`, async () => {
			// No reading falls into the last second.
			await use(config({ onExpired, refreshMs: 9 * MINUTE }));
			source.answer = new Error("no route");
			clock.advance(9 * MINUTE);
			while (outcomes.length < 2) await new Promise(setImmediate);
			source.answer = "hangs";
			clock.advance(MINUTE - 1);
			while (source.asked.length < 3) await new Promise(setImmediate);
			assert.deepEqual([said(), all.views()[0]?.state, changes], [ann, "fresh", 0]);
			clock.advance(1);
			assert.deepEqual([said(), all.views()[0]?.state], [expired, "expired"]);
			assert.equal(changes, onExpired === "keep" ? 0 : 1);
			all.current().commit();
			source.answer = names("ann");
			await advance(1000, 1);
			await advance(all.views()[0]?.nextRefreshMs ?? 0, 1);
			assert.deepEqual([said(), all.views()[0]?.state], [ann, "fresh"]);
			assert.equal(changes, onExpired === "keep" ? 0 : 2);
		});
	}
});

describe("without any data", () => {
	test("a source that keeps what it has cannot be used", async () => {
		source.answer = new Error("line 1 is wrong\nline 2 too");
		await assert.rejects(all.prepare(dir, [config({ onExpired: "keep" })]), {
			code: "unavailable",
			message: "sluice.yaml:7: DataSource blocked: line 1 is wrong\nsluice.yaml:7: DataSource blocked: line 2 too",
		});
		assert.equal(clock.waiting, 0);
	});

	for (const [onExpired, denies] of [
		["empty", false],
		["deny", true],
	] as const) {
		test(`it is as expired: ${onExpired}`, async () => {
			source.answer = new Error("no route");
			assert.deepEqual(await use(config({ onExpired })), [["{}", denies]]);
			assert.equal(all.views()[0]?.state, "unread");
		});
	}

	test("an adapter that is not there is named", async () => {
		await assert.rejects(all.prepare(dir, [config({ adapter: "none" })]), {
			message: "sluice.yaml:7: DataSource blocked: there is no adapter none",
		});
	});
});

describe("what is kept", () => {
	test("outlives the server with its age, for its user's eyes only", async () => {
		await use(config());
		await advance(MINUTE, 1);
		all.stop();
		const [file = ""] = await readdir(join(dir, "data-sources"));
		const path = join(dir, "data-sources", file);
		assert.equal((await stat(path)).mode & 0o777, 0o600);
		assert.equal(JSON.parse(await readFile(path, "utf8")).readMs, 1_060_000);
		clock.advance(5 * MINUTE);
		source = new ScriptedSource(new Error("no route"));
		all = make();
		assert.deepEqual(await use(config()), [ann]);
		assert.equal(all.views()[0]?.ageMs, 5 * MINUTE);
		assert.deepEqual(source.asked, ["ann"]);
		clock.advance(5 * MINUTE);
		assert.deepEqual(said(), ['{"ann":true}', true]);
	});

	test("is not taken for what another address would say", async () => {
		await use(config());
		all.stop();
		source = new ScriptedSource(new Error("no route"));
		all = make();
		assert.deepEqual(await use(config({ config: { file: "other" } })), [["{}", true]]);
	});
});

describe("another configuration", () => {
	test("leaves what is the same in it alone, and ends what is not in it once it is in force", async () => {
		await use(config());
		const waiting = clock.waiting;
		const change = await all.prepare(dir, [config({ line: 9 })]);
		assert.deepEqual([source.asked.length, clock.waiting], [1, waiting]);
		change.commit();
		const none = await all.prepare(dir, []);
		assert.equal(source.isWatched, true);
		none.commit();
		assert.deepEqual([source.isWatched, clock.waiting, all.views()], [false, 0, []]);
	});

	test("that is not used leaves nothing behind", async () => {
		await use(config());
		const waiting = clock.waiting;
		(await all.prepare(dir, [config(), config({ name: "more", path: ["more"] })])).discard();
		assert.equal(clock.waiting, waiting);
		await all.prepare(dir, [config({ name: "more", path: ["more"] })]);
		all.current().commit();
		assert.equal(clock.waiting, waiting);
	});
});
