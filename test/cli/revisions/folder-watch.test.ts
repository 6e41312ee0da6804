import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { scanFolder } from "../../../cli/revisions/folder-scan.ts";
import { FolderWatch, LONGEST_SETTLE_MS, LOOK_MS, SETTLE_MS } from "../../../cli/revisions/folder-watch.ts";
import { type Clock, systemClock } from "../../../mixer/observe/clock.ts";
import { ManualClock } from "../../mixer/report/manual-clock.ts";

let base: string;
let dir: string;

beforeEach(async () => {
	base = await mkdtemp(join(tmpdir(), "sluice-watch-"));
	dir = join(base, "policies");
	await mkdir(join(dir, "shop"), { recursive: true });
	await writeFile(join(dir, "sluice.yaml"), "a");
	await writeFile(join(dir, "shop/authz.rego"), "b");
});

afterEach(() => rm(base, { recursive: true }));

/** Real time, in which nobody looks without an event. */
const onlyEvents: Clock = {
	now: systemClock.now,
	after: (ms, run) => (ms === LOOK_MS ? () => {} : systemClock.after(ms, run)),
};

/** Watches as a server does: whenever it has settled, it looks, and follows what it finds. */
class Watching {
	readonly #watch: FolderWatch;
	#stamp = "";
	#isSeen = Promise.withResolvers<void>();

	constructor() {
		const onSettled = () => void this.#look();
		this.#watch = new FolderWatch({ dir, clock: onlyEvents, onSettled, onFault: assert.fail });
	}

	async start(): Promise<void> {
		const seen = this.#isSeen.promise;
		await this.#look();
		await seen;
	}

	/** Returns once what this changes has been noticed. */
	async notices(change: () => Promise<unknown>): Promise<void> {
		this.#isSeen = Promise.withResolvers();
		await change();
		await this.#isSeen.promise;
	}

	close(): void {
		this.#watch.close();
	}

	async #look(): Promise<void> {
		const { stamp, folders } = await scanFolder(dir);
		this.#watch.follow(folders);
		if (stamp === this.#stamp) return;
		this.#stamp = stamp;
		this.#isSeen.resolve();
	}
}

describe("notices", () => {
	let watching: Watching;

	beforeEach(async () => {
		watching = new Watching();
		await watching.start();
	});

	afterEach(() => watching.close());

	test("a file that is written", () => watching.notices(() => writeFile(join(dir, "shop/authz.rego"), "B")));

	test("an editor's new file that takes the old one's place", async () => {
		for (const text of ["one", "two"]) {
			await watching.notices(async () => {
				await writeFile(join(dir, "shop/.authz.rego.swp"), text);
				await rename(join(dir, "shop/.authz.rego.swp"), join(dir, "shop/authz.rego"));
			});
		}
	});

	test("a new folder, and then what is in it", async () => {
		await watching.notices(async () => {
			await mkdir(join(dir, "store/eu"), { recursive: true });
			await writeFile(join(dir, "store/eu/data.json"), "{}");
		});
		await watching.notices(() => writeFile(join(dir, "store/eu/data.json"), "{ }"));
	});

	test("a folder that is taken away and comes again", async () => {
		await cp(join(dir, "shop"), join(base, "kept"), { recursive: true });
		await watching.notices(() => rm(join(dir, "shop"), { recursive: true }));
		await watching.notices(() => rename(join(base, "kept"), join(dir, "shop")));
		await watching.notices(() => writeFile(join(dir, "shop/authz.rego"), "B"));
	});

	test("the whole folder replaced by another one", async () => {
		await cp(dir, join(base, "next"), { recursive: true });
		await writeFile(join(base, "next/sluice.yaml"), "next");
		await watching.notices(async () => {
			await rename(dir, join(base, "last"));
			await rename(join(base, "next"), dir);
		});
		await watching.notices(() => writeFile(join(dir, "shop/authz.rego"), "B"));
	});
});

describe("notices behind links", () => {
	test("a ConfigMap's swap, as Kubernetes does it", async (t) => {
		const mount = async (name: string) => {
			await mkdir(join(dir, name, "shop"), { recursive: true });
			await writeFile(join(dir, name, "sluice.yaml"), name);
			await writeFile(join(dir, name, "shop/authz.rego"), name);
		};
		await rm(dir, { recursive: true });
		await mount("..2026_01");
		await symlink("..2026_01", join(dir, "..data"));
		for (const entry of ["sluice.yaml", "shop"]) await symlink(`..data/${entry}`, join(dir, entry));
		const watching = new Watching();
		t.after(() => watching.close());
		await watching.start();
		for (const [next, last] of [
			["..2026_02", "..2026_01"],
			["..2026_03", "..2026_02"],
		] as const) {
			await watching.notices(async () => {
				await mount(next);
				await symlink(next, join(dir, "..data_tmp"));
				await rename(join(dir, "..data_tmp"), join(dir, "..data"));
				await rm(join(dir, last), { recursive: true });
			});
		}
	});

	test("a change of the file that a link leads to", async (t) => {
		await mkdir(join(base, "shared"));
		await rename(join(dir, "sluice.yaml"), join(base, "shared/sluice.yaml"));
		await symlink("../shared/sluice.yaml", join(dir, "sluice.yaml"));
		const watching = new Watching();
		t.after(() => watching.close());
		await watching.start();
		await watching.notices(() => writeFile(join(base, "shared/sluice.yaml"), "A"));
	});

	test("the folder's own link led elsewhere", async (t) => {
		await rename(dir, join(base, "release-1"));
		await cp(join(base, "release-1"), join(base, "release-2"), { recursive: true });
		await symlink("release-1", dir);
		const watching = new Watching();
		t.after(() => watching.close());
		await watching.start();
		await watching.notices(async () => {
			await unlink(dir);
			await symlink("release-2", dir);
		});
		await watching.notices(() => writeFile(join(base, "release-2/sluice.yaml"), "A"));
	});
});

describe("settling", () => {
	test("waits until nothing has happened for 100 ms, but not for ever", async (t) => {
		const clock = new ManualClock();
		let settled = 0;
		const watch = new FolderWatch({ dir, clock, onSettled: () => settled++, onFault: assert.fail });
		t.after(() => watch.close());
		watch.look();
		await clock.advance(SETTLE_MS - 1);
		watch.look();
		await clock.advance(SETTLE_MS - 1);
		assert.equal(settled, 0);
		await clock.advance(1);
		assert.equal(settled, 1);
		for (let passed = 0; passed < LONGEST_SETTLE_MS; passed += 50) {
			assert.equal(settled, 1);
			watch.look();
			await clock.advance(50);
		}
		assert.equal(settled, 2);
	});

	test("comes now and then without any event", async (t) => {
		const clock = new ManualClock();
		let settled = 0;
		const watch = new FolderWatch({ dir, clock, onSettled: () => settled++, onFault: assert.fail });
		t.after(() => watch.close());
		await clock.advance(2 * (LOOK_MS + SETTLE_MS));
		assert.equal(settled, 2);
	});

	test("leaves nothing behind when it is over", async () => {
		const clock = new ManualClock();
		const watch = new FolderWatch({ dir, clock, onSettled: assert.fail, onFault: assert.fail });
		watch.follow((await scanFolder(dir)).folders);
		watch.close();
		watch.follow((await scanFolder(dir)).folders);
		watch.look();
		assert.equal(clock.next, undefined);
	});
});
