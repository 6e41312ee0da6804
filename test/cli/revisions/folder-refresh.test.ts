import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { Candidate } from "../../../cli/revisions/candidate.ts";
import { FolderRefresh, type KnownFolder, MAX_DISCARDED } from "../../../cli/revisions/folder-refresh.ts";
import { digestFolder, scanFolder } from "../../../cli/revisions/folder-scan.ts";
import { LOOK_MS } from "../../../cli/revisions/folder-watch.ts";
import { type Clock, systemClock } from "../../../mixer/observe/clock.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { defaultSettings } from "./settings.ts";
import { smallBuild } from "./small-build.ts";

/** A folder with one document, and a builder that makes a build of its text: one text is wrong. */
async function start(t: TestContext, options: { known?: (dir: string) => Promise<KnownFolder> } = {}) {
	const dir = await temporaryFolder();
	const { clock, settled } = tellingClock();
	const write = (text: string) => writeFile(join(dir, "sluice.yaml"), text);
	await write("one");
	const done: string[] = [];
	const waiting: { readonly text: string; readonly reached: () => void }[] = [];
	const note = (text: string) => {
		done.push(text);
		for (const { reached } of waiting.filter((each) => each.text === text)) reached();
	};
	/** Held up, a build ends when it is told to. */
	const gates: (() => void)[] = [];
	let isHeld = false;
	const build = async (): Promise<Candidate> => {
		const text = await readFile(join(dir, "sluice.yaml"), "utf8");
		note(`builds ${text}`);
		if (isHeld) await new Promise<void>((resolve) => gates.push(resolve));
		if (text === "bad") throw new Error("bad is no configuration");
		const snapshot = { settings: defaultSettings, quotas: [], handlers: [] };
		return {
			snapshot,
			build: { ...smallBuild(text), explanations: [], warnings: [], evaluable: new Uint8Array() },
			buildMs: 1,
			builtMs: 2,
			warnings: [],
		};
	};
	const refresh = new FolderRefresh({
		dir,
		clock,
		known: await options.known?.(dir),
		build,
		use: async ({ build }) => {
			if (build.requirements.policies[0]?.name === "unusable") throw new Error("unusable here");
			note(`uses ${build.requirements.policies[0]?.name}`);
		},
		refuse: async (error) => note(`refuses: ${error instanceof Error ? error.message : error}`),
		onWatchFault: assert.fail,
	});
	t.after(async () => {
		isHeld = false;
		for (const open of gates) open();
		await refresh.stop();
	});
	return {
		dir,
		write,
		refresh,
		done,
		/** Returns when what happened to the files has been looked into. */
		settles: async () => {
			await settled();
			await refresh.idle();
		},
		/** Returns once this has happened, from now on. */
		happens: (text: string) => new Promise<void>((reached) => waiting.push({ text, reached })),
		hold: () => {
			isHeld = true;
		},
		release: () => {
			isHeld = false;
			for (const open of gates.splice(0)) open();
		},
	};
}

/** Real time, without the looks that nobody here waits for, and that tells when files have settled. */
function tellingClock(): { clock: Clock; settled: () => Promise<void> } {
	let told = Promise.withResolvers<void>();
	const after: Clock["after"] = (ms, run) => {
		if (ms === LOOK_MS) return () => {};
		return systemClock.after(ms, () => {
			run();
			told.resolve();
			told = Promise.withResolvers();
		});
	};
	return { clock: { now: systemClock.now, after }, settled: () => told.promise };
}

describe("a folder that changes", () => {
	test("is built at once, and again after each change, one build at a time", async (t) => {
		const { write, happens, done } = await start(t);
		await happens("uses one");
		const two = happens("uses two");
		await write("two");
		await two;
		assert.deepEqual(done, ["builds one", "uses one", "builds two", "uses two"]);
	});

	test("is built though it is the same, when that is asked for", async (t) => {
		const { refresh, happens, done } = await start(t);
		await happens("uses one");
		const again = happens("uses one");
		refresh.again();
		await again;
		assert.deepEqual(done, ["builds one", "uses one", "builds one", "uses one"]);
	});

	test("is not built where only dates have changed, or it has changed back before it was looked at", async (t) => {
		const { dir, write, happens, done, settles } = await start(t);
		await happens("uses one");
		await utimes(join(dir, "sluice.yaml"), 1, 1);
		for (const text of ["two", "one"]) writeFileSync(join(dir, "sluice.yaml"), text);
		const three = happens("uses three");
		await settles();
		await write("three");
		await three;
		assert.deepEqual(done, ["builds one", "uses one", "builds three", "uses three"]);
	});

	test("while it is built is built again, and what was built of a mixture is told nobody", async (t) => {
		const { write, happens, done, hold, release } = await start(t);
		await happens("uses one");
		hold();
		const building = happens("builds bad");
		await write("bad");
		await building;
		const three = happens("uses three");
		await write("three");
		release();
		await three;
		assert.deepEqual(done.slice(2), ["builds bad", "builds three", "uses three"]);
	});

	test("faster than it is built is used all the same after a few times", async (t) => {
		const { write, happens, done, hold, release } = await start(t);
		await happens("uses one");
		let text = "";
		for (let i = 0; i <= MAX_DISCARDED; i++) {
			hold();
			text = `v${i}`;
			const building = happens(`builds ${text}`);
			if (i === 0) await write(text);
			await building;
			if (i === MAX_DISCARDED) break;
			await write(`v${i + 1}`);
			release();
		}
		const used = happens(`uses ${text}`);
		await write("last");
		const last = happens("uses last");
		release();
		await Promise.all([used, last]);
		assert.equal(done.filter((what) => what.startsWith("uses v")).length, 1);
	});
});

describe("what is wrong", () => {
	test("is told once, and again only where something has happened to the files", async (t) => {
		const { dir, write, happens, done } = await start(t);
		await happens("uses one");
		const refused = happens("refuses: bad is no configuration");
		await write("bad");
		await refused;
		// What is wrong may lie outside of the folder, and be right now.
		const again = happens("refuses: bad is no configuration");
		await utimes(join(dir, "sluice.yaml"), 1, 1);
		await again;
		const one = happens("uses one");
		await write("one");
		await one;
		const refusal = ["builds bad", "refuses: bad is no configuration"];
		assert.deepEqual(done.slice(2), [...refusal, ...refusal, "builds one", "uses one"]);
	});

	test("with a build that cannot be used here is told as well", async (t) => {
		const { write, happens } = await start(t);
		await happens("uses one");
		const refused = happens("refuses: unusable here");
		await write("unusable");
		await refused;
	});
});

describe("a folder that is known", () => {
	test("by its stamp is not built before it changes", async (t) => {
		const known = async (dir: string) => {
			const scan = await scanFolder(dir);
			return { stamp: scan.stamp, digest: await digestFolder(dir, scan) };
		};
		const { write, happens, done, settles } = await start(t, { known });
		await settles();
		const two = happens("uses two");
		await write("two");
		await two;
		assert.deepEqual(done, ["builds two", "uses two"]);
	});

	test("by its digest is not built before it has other contents", async (t) => {
		const known = async (dir: string) => ({ digest: await digestFolder(dir, await scanFolder(dir)) });
		const { write, happens, done, settles } = await start(t, { known });
		await settles();
		await write("one");
		await settles();
		const two = happens("uses two");
		await write("two");
		await two;
		assert.deepEqual(done, ["builds two", "uses two"]);
	});
});

test("what people ask for comes between two builds, with the digest of the folder", async (t) => {
	const { dir, write, happens, done, refresh, hold, release } = await start(t);
	await happens("uses one");
	hold();
	const building = happens("builds two");
	await write("two");
	await building;
	const asked = refresh.between(async (digest) => {
		done.push("between");
		return digest;
	});
	release();
	const digest = await asked;
	assert.equal(digest, await digestFolder(dir, await scanFolder(dir)));
	assert.deepEqual(done.slice(2), ["builds two", "uses two", "between"]);
});

test("a stop gives up the build that is under way", async (t) => {
	const { write, happens, done, refresh, hold, release } = await start(t);
	await happens("uses one");
	hold();
	const building = happens("builds two");
	await write("two");
	await building;
	const stopped = refresh.stop();
	release();
	await stopped;
	await write("three");
	assert.deepEqual(done.slice(2), ["builds two"]);
});
