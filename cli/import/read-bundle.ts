import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { gunzipSync } from "node:zlib";
import { MixerError } from "../../mixer/error.ts";
import { readTar } from "../../mixer/policy/tar.ts";
import { cleanPath } from "./bundle-file-names.ts";

/** A bundle's folder may hold this many files in a configuration. */
const MAX_FILES = 2_000;

/** 100,000 entries of data are 8 MB; Envoy holds them in each worker. */
const MAX_TOTAL_BYTES = 128 * 1024 * 1024;

/** A file of a bundle, by its path within it. */
export interface BundleFile {
	readonly path: string;
	readonly content: Uint8Array;
	/** Where it was found, for messages. */
	readonly from: string;
}

/**
 * Reads a folder, a bundle.tar.gz, or a file of Rego or data as `opa run` takes them. Links are followed where they
 * stay inside the folder, as those of a ConfigMap do.
 *
 * @throws MixerError "invalid" where it cannot be read, leads out of itself, or is too large.
 */
export async function readBundle(path: string): Promise<BundleFile[]> {
	const stats = await stat(path).catch((cause: unknown) => {
		throw new MixerError("invalid", `--bundle ${path}: there is no such file or folder`, { cause });
	});
	if (stats.isDirectory()) return readFolder(path);
	if (!stats.isFile()) throw new MixerError("invalid", `--bundle ${path}: is neither a file nor a folder`);
	checkTotal(path, stats.size);
	const content = await readFile(path);
	if (content[0] === 0x1f && content[1] === 0x8b) return readArchive(path, content);
	return [{ path: basename(path), content, from: path }];
}

async function readFolder(root: string): Promise<BundleFile[]> {
	const files: BundleFile[] = [];
	const inside = await realpath(root);
	let total = 0;
	const folders = [root];
	for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
		for (const name of (await readdir(folder)).sort()) {
			const from = join(folder, name);
			const path = relative(root, from).split(sep).join("/");
			const stats = await stat(from);
			if (stats.isDirectory()) {
				if (!name.startsWith(".")) folders.push(from);
				continue;
			}
			if (!stats.isFile()) continue;
			if (!(await realpath(from)).startsWith(inside + sep)) {
				throw new MixerError("invalid", `${from}: is a link that leads out of the bundle: copy the file there`);
			}
			total += stats.size;
			checkTotal(root, total);
			checkCount(root, files.length + 1);
			files.push({ path, content: await readFile(from), from });
		}
	}
	return files;
}

function readArchive(path: string, archive: Buffer): BundleFile[] {
	const entries = readTar(unpack(path, archive)).filter(({ kind }) => kind !== "folder");
	checkCount(path, entries.length);
	return entries.map(({ name, kind, content }) => {
		const shown = JSON.stringify(name);
		if (kind !== "file")
			throw new MixerError("invalid", `${path}: ${shown} is a link or a device: bundles hold files only`);
		const clean = cleanPath(name);
		if (clean === undefined)
			throw new MixerError("invalid", `${path}: ${shown} would lead out of the folder it is unpacked into`);
		return { path: clean, content, from: `${path}/${clean}` };
	});
}

function unpack(path: string, archive: Buffer): Buffer {
	try {
		return gunzipSync(archive, { maxOutputLength: MAX_TOTAL_BYTES });
	} catch (error) {
		const isLarge = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
		const why = isLarge ? `holds more than ${MAX_TOTAL_BYTES} bytes` : "is no bundle.tar.gz, or is damaged";
		throw new MixerError("invalid", `--bundle ${path}: ${why}`, { cause: error });
	}
}

function checkTotal(path: string, bytes: number): void {
	if (bytes <= MAX_TOTAL_BYTES) return;
	throw new MixerError("invalid", `--bundle ${path}: holds more than ${MAX_TOTAL_BYTES} bytes`);
}

function checkCount(path: string, count: number): void {
	if (count <= MAX_FILES) return;
	throw new MixerError(
		"invalid",
		`--bundle ${path}: holds more than ${MAX_FILES} files: a configuration's bundle may not`,
	);
}
