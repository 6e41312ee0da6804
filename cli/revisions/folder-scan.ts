import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Files and folders looked at; what is beyond is left out: a build of so many files is refused anyway. */
const MAX_ENTRIES = 20_000;

/** A file that a build may read. */
interface FoundFile {
	/** Relative to the configuration's folder. */
	readonly path: string;
	/** Changes with everything that happens to the file, a change of its content back and forth too. */
	readonly stamp: string;
}

/** A configuration's folder as it is at one moment. */
export interface FolderScan {
	/** Equal only if nothing has happened to any file in between. */
	readonly stamp: string;
	/** Where changes are to be watched for: each folder with what tells it from another of the same name. */
	readonly folders: ReadonlyMap<string, string>;
	readonly files: readonly FoundFile[];
}

/**
 * Finds what a build may read of a configuration's folder: documents at its top, Rego and data everywhere but below
 * names that begin with a dot. Links are followed; what leads nowhere, or is gone meanwhile, is not there.
 */
export async function scanFolder(dir: string): Promise<FolderScan> {
	const walk = new Walk();
	await walk.enter(dir, "");
	const files = walk.files.sort((a, b) => (a.path < b.path ? -1 : 1));
	const stamp = createHash("sha256");
	for (const { path, stamp: own } of files) stamp.update(`${path}\0${own}\0`);
	return { stamp: stamp.digest("hex"), folders: walk.folders, files };
}

/** The same for two folders that are the same configuration. A file that is gone meanwhile counts as empty. */
export async function digestFolder(dir: string, { files }: FolderScan): Promise<string> {
	const digest = createHash("sha256");
	for (const { path } of files) {
		const content = await readFile(join(dir, path)).catch(() => Buffer.alloc(0));
		digest.update(`${path}\0${content.length}\0`).update(content);
	}
	return digest.digest("hex");
}

class Walk {
	readonly files: FoundFile[] = [];
	readonly folders = new Map<string, string>();
	readonly #entered = new Set<string>();
	#entries = 0;

	async enter(folder: string, path: string): Promise<void> {
		const stats = await stat(folder, { bigint: true }).catch(() => undefined);
		const names = await readdir(folder).catch(() => []);
		// A link may lead to a folder above.
		if (stats === undefined || this.#entered.has(idOf(stats))) return;
		this.#entered.add(idOf(stats));
		this.folders.set(folder, idOf(stats));
		for (const name of names.sort()) {
			if (name.startsWith(".") || this.#entries === MAX_ENTRIES) continue;
			this.#entries++;
			await this.#visit(join(folder, name), path === "" ? name : `${path}/${name}`);
		}
	}

	async #visit(full: string, path: string): Promise<void> {
		const stats = await stat(full, { bigint: true }).catch(() => undefined);
		if (stats?.isDirectory()) return this.enter(full, path);
		if (!stats?.isFile() || !isRead(path)) return;
		this.files.push({ path, stamp: stampOf(stats) });
		await this.#watchTarget(full);
	}

	/** A file that is linked here is changed elsewhere. */
	async #watchTarget(full: string): Promise<void> {
		const target = dirname(await realpath(full).catch(() => full));
		if (this.folders.has(target)) return;
		const stats = await stat(target, { bigint: true }).catch(() => undefined);
		if (stats !== undefined) this.folders.set(target, idOf(stats));
	}
}

function isRead(path: string): boolean {
	const name = path.slice(path.lastIndexOf("/") + 1);
	return /\.rego$|^data\.(json|ya?ml)$/.test(name) || (name === path && /\.ya?ml$/.test(name));
}

function idOf({ dev, ino }: BigIntStats): string {
	return `${dev}:${ino}`;
}

function stampOf(stats: BigIntStats): string {
	return `${idOf(stats)}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
}
