import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { MixerError } from "../../../mixer/error.ts";
import { readBuild } from "../../../mixer/policy/read-build.ts";
import type { Build } from "../../../mixer/policy/requirements.ts";
import { syncPath, writeWholeFile } from "../../../mixer/policy/whole-file.ts";
import { BUILD_FILES, writeBuild } from "../../../mixer/policy/write-build.ts";
import { KeptRecord } from "./kept-record.ts";

/** Revisions kept if nobody says otherwise: a working day's edits of a person, a few hundred kilobytes each. */
export const KEPT_REVISIONS = 10;

const RECORD = "kept.json";

/** A kept revision, as the list has it: its build is not read yet. */
export interface KeptEntry extends KeptRecord {
	readonly revision: string;
}

/** A kept revision whose build is what was kept. */
export interface KeptRevision extends KeptEntry {
	readonly build: Build;
}

/**
 * The builds of the last revisions, a folder each, named by the revision. What is there is whole: a folder appears with
 * all its files, by a rename. Several servers may share it.
 */
export class KeptRevisions {
	readonly #dir: string;
	readonly #max: number;

	/** @param options.dir made if missing. */
	constructor(options: { dir: string; max?: number }) {
		this.#dir = options.dir;
		this.#max = options.max ?? KEPT_REVISIONS;
	}

	/**
	 * Keeps a build, and survives the end of this process from then on; `sync` makes it survive that of the machine. The
	 * oldest beyond the last few are given up.
	 */
	async keep(build: Build, record: Omit<KeptRecord, "version" | "policies">): Promise<void> {
		const { revision, policies } = build.requirements;
		const temporary = join(this.#dir, `.${randomUUID()}`);
		try {
			await mkdir(temporary, { recursive: true });
			const kept = JSON.stringify({ version: 1, ...record, policies: policies.map(({ name }) => name) });
			await writeBuild({ build, dir: temporary, more: { [RECORD]: `${kept}\n` } });
			await this.#place(temporary, revision);
		} finally {
			await rm(temporary, { recursive: true, force: true });
		}
		await this.#prune();
	}

	/** Returns when a kept revision survives a crash of the machine. */
	async sync(revision: string): Promise<void> {
		const dir = join(this.#dir, revision);
		for (const name of [...BUILD_FILES, RECORD]) await syncPath(join(dir, name));
		for (const folder of [dir, this.#dir]) await syncPath(folder);
	}

	/** Changes what is noted of a kept revision, durably. */
	async note(entry: KeptEntry): Promise<void> {
		const { revision, ...record } = entry;
		await writeWholeFile(join(this.#dir, revision, RECORD), `${JSON.stringify(record)}\n`, { isDurable: true });
	}

	/** What is kept, the one in force first. What can't be read is left out, and said. */
	async list(onSkipped: (message: string) => void = () => {}): Promise<readonly KeptEntry[]> {
		const names = await readdir(this.#dir).catch(() => []);
		const entries: KeptEntry[] = [];
		for (const revision of names.filter((name) => /^[0-9a-f]{64}$/.test(name))) {
			try {
				entries.push({ revision, ...(await this.#record(revision)) });
			} catch (error) {
				onSkipped(`${join(this.#dir, revision)} is passed over: ${MixerError.from(error).message}`);
			}
		}
		return entries.sort((a, b) => b.order - a.order);
	}

	/**
	 * Reads a kept build.
	 *
	 * @throws MixerError "invalid" where it is not what was kept.
	 */
	async read(entry: KeptEntry): Promise<KeptRevision> {
		const dir = join(this.#dir, entry.revision);
		const build = await readBuild(dir);
		if (build.requirements.revision === entry.revision) return { ...entry, build };
		throw new MixerError("invalid", `${dir}: the files are of revision ${build.requirements.revision}`);
	}

	/** The last one that was in force and can still be read; those that can't are said. */
	async lastGood(onSkipped: (message: string) => void): Promise<KeptRevision | undefined> {
		for (const entry of await this.list(onSkipped)) {
			try {
				return await this.read(entry);
			} catch (error) {
				onSkipped(`revision ${entry.revision.slice(0, 6)} is passed over: ${MixerError.from(error).message}`);
			}
		}
		return undefined;
	}

	async #record(revision: string): Promise<KeptRecord> {
		const parsed = KeptRecord.safeParse(JSON.parse(await readFile(join(this.#dir, revision, RECORD), "utf8")));
		if (parsed.success) return parsed.data;
		throw new MixerError("invalid", `${RECORD} is not of this version of sluice`);
	}

	/** One that is there already stays as it is if it is whole: another server may be reading it. */
	async #place(temporary: string, revision: string): Promise<void> {
		const dir = join(this.#dir, revision);
		const there = (await this.list()).find((entry) => entry.revision === revision);
		const isWhole =
			there !== undefined &&
			(await this.read(there).then(
				() => true,
				() => false,
			));
		if (isWhole) return rename(join(temporary, RECORD), join(dir, RECORD));
		await rm(dir, { recursive: true, force: true });
		await rename(temporary, dir);
	}

	async #prune(): Promise<void> {
		for (const { revision } of (await this.list()).slice(this.#max)) {
			await rm(join(this.#dir, revision), { recursive: true, force: true });
		}
	}
}
