import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { MixerSnapshot } from "../../../cli/live-mixer.ts";
import type { Candidate } from "../../../cli/revisions/candidate.ts";
import type { RevisionEvent } from "../../../cli/revisions/revision-event.ts";
import { RevisionKeeper } from "../../../cli/revisions/revision-keeper.ts";
import { ServedRevision } from "../../../cli/revisions/served-revision.ts";
import { StateFolder } from "../../../cli/revisions/state/state-folder.ts";
import { MixerError } from "../../../mixer/error.ts";
import type { Build } from "../../../mixer/policy/requirements.ts";
import { MAX_RESOURCE_BYTES, publication } from "../../../pilot/discovery/publication.ts";
import { HandClock } from "../../mixer/policy/hand-clock.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { defaultSettings } from "./settings.ts";
import { smallBuild } from "./small-build.ts";

const snapshot: MixerSnapshot = { settings: defaultSettings, quotas: [], handlers: [] };
const spread = { live: 2, workers: 2, accepted: 0, refused: 0, proxies: 1, elapsedMs: 1 };

/** Modules that a Mixer can't run. */
const UNLOADABLE = "unloadable";

let clock: HandClock;

beforeEach(() => {
	clock = new HandClock();
	clock.advance(1000);
});

/** A server on a state folder; what it has published by words, and what it has said. */
function serverOn(state: StateFolder) {
	const published: string[] = [];
	const said: string[] = [];
	const onEvent = (event: RevisionEvent) =>
		void said.push(event.event === "warning" ? `warning: ${event.message}` : event.event);
	const wordOf = (build: Build) => build.requirements.policies[0]?.name ?? "";
	const names = new Map<string, string>();
	const mixer = {
		load: async (build: Build) => {
			if (wordOf(build) === UNLOADABLE) throw new MixerError("invalid", "it can't run here");
			names.set(build.requirements.revision, wordOf(build));
		},
		prepare: async () => ({
			commit: () => void said.push("settings"),
			discard: async () => void said.push("discarded"),
		}),
	};
	const served = new ServedRevision({
		mixer,
		discovery: {
			prepare(revision, resource, order) {
				publication(revision, resource, order);
				return () => void published.push(names.get(revision) ?? revision.slice(0, 6));
			},
		},
		revisions: state.revisions,
		keeper: new RevisionKeeper({ state, now: () => clock.now(), onEvent, write: async () => {} }),
		spread: { follow: async () => spread },
		clock,
		onEvent,
		restartFields: () => [],
		first: { build: smallBuild("one"), order: 1000, pinnedAgainst: undefined },
	});
	const use = (build: Build) => {
		const explained = { ...build, explanations: [], warnings: [], evaluable: new Uint8Array() };
		const candidate: Candidate = { snapshot, build: explained, buildMs: 1, builtMs: clock.now(), warnings: [] };
		return served.use(candidate, { seenMs: clock.now() });
	};
	const inForce = () => wordOf(served.serving.build);
	return { served, use, published, said, inForce };
}

async function start() {
	const state = await StateFolder.open(await temporaryFolder());
	const server = serverOn(state);
	await server.served.begin({ isKept: false, buildMs: 1, snapshot, warnings: [] });
	return { state, ...server };
}

function revisionOf(word: string): string {
	return smallBuild(word).requirements.revision;
}

async function kept(state: StateFolder): Promise<string[]> {
	return (await state.revisions.list()).map(({ policies }) => policies.join());
}

describe("an edit", () => {
	test("is kept, published, and in force", async () => {
		const { use, published, said, inForce, state } = await start();
		clock.advance(10);
		await use(smallBuild("two"));
		assert.deepEqual(published.slice(1), ["two"]);
		assert.deepEqual(said, ["settings", "published"]);
		assert.equal(inForce(), "two");
		assert.deepEqual(await kept(state), ["two", "one"]);
	});

	for (const [what, build, fault] of [
		["the Mixer can't run", () => smallBuild(UNLOADABLE), /^it can't run here$/],
		[
			"is larger than is served",
			() => smallBuild("large", { module: new Uint8Array(MAX_RESOURCE_BYTES) }),
			/^revision [0-9a-f]{64}: sluice\.http: \d+ bytes must be at most 67108864: place Policies in the Mixer$/,
		],
	] as const) {
		test(`that ${what} is refused and changes nothing`, async () => {
			const { use, published, said, inForce, state } = await start();
			const isMeant = (error: unknown) => {
				return error instanceof MixerError && error.code === "invalid" && fault.test(error.message);
			};
			await assert.rejects(use(build()), isMeant);
			assert.deepEqual([published.length, said, inForce()], [1, ["discarded"], "one"]);
			assert.deepEqual(await kept(state), ["one"]);
		});
	}
});

describe("a rollback", () => {
	test("holds until the folder is another one", async () => {
		const { use, served, inForce, state } = await start();
		await use(smallBuild("two"));
		const outcome = await served.rollBack({ beginning: revisionOf("one"), digest: "d1" });
		assert.deepEqual([outcome.from, outcome.revision], [revisionOf("two"), revisionOf("one")]);
		assert.deepEqual([inForce(), served.serving.pinnedAgainst], ["one", "d1"]);
		assert.deepEqual(await kept(state), ["one", "two"]);
		await use(smallBuild("three"));
		assert.deepEqual([inForce(), served.serving.pinnedAgainst], ["three", undefined]);
	});

	test("to what the folder says afterwards is no rollback any more", async () => {
		const { use, served, state, said } = await start();
		await served.rollBack({ beginning: revisionOf("one"), digest: "d1" });
		assert.equal((await state.revisions.list())[0]?.pinnedAgainst, "d1");
		await use(smallBuild("one"));
		assert.equal(said.at(-1), "unchanged");
		assert.equal((await state.revisions.list())[0]?.pinnedAgainst, undefined);
	});
});

describe("servers that share a state folder", () => {
	test("come to what one of them decided on last", async () => {
		const { state, use, served } = await start();
		const other = serverOn(state);
		await use(smallBuild("two"));
		await other.served.adopt();
		assert.equal(other.inForce(), "two");
		await served.rollBack({ beginning: revisionOf("one"), digest: "d1" });
		await other.served.adopt();
		await other.served.adopt();
		assert.deepEqual([other.inForce(), other.served.serving.pinnedAgainst], ["one", "d1"]);
		assert.deepEqual(other.published, ["two", "one"]);
		await served.adopt();
		assert.deepEqual(served.serving.order, other.served.serving.order);
	});

	test("pass over what they can't serve, and say so once", async () => {
		const { state } = await start();
		const other = serverOn(state);
		await state.revisions.keep(smallBuild(UNLOADABLE), { order: 5000, keptMs: 5000, buildMs: 1 });
		await other.served.adopt();
		await other.served.adopt();
		const what = `policy ${revisionOf(UNLOADABLE).slice(0, 6)}, which another server has put in force, is not served here`;
		assert.deepEqual(other.said, [`warning: ${what}: it can't run here`]);
		assert.equal(other.inForce(), "one");
	});
});
