import { readFile } from "node:fs/promises";
import { Authority, type Leaf } from "../../citadel/authority.ts";
import { CitadelError } from "../../citadel/error.ts";
import { MixerError } from "../../mixer/error.ts";
import { type PairFiles, pairFiles, refuseToOverwrite, writePair } from "./pair-files.ts";

/** What the authority's files are called. */
export const AUTHORITY_FILES = "ca";

/** What was made. */
export interface Made extends PairFiles {
	readonly notAfterMs: number;
}

/** What both take. */
export interface MakeOptions {
	/** The folder that gets the files. */
	readonly out: string;
	/** Replaces what is there. */
	readonly force: boolean;
	readonly nowMs: number;
}

/** @throws MixerError "invalid" where an authority is there already, or cannot be written. */
export async function makeAuthority(options: MakeOptions & { name: string }): Promise<Made> {
	const { out, force, nowMs, name } = options;
	const files = pairFiles(out, AUTHORITY_FILES);
	if (!force) await refuseToOverwrite(files);
	const root = await Authority.create({ name, nowMs });
	await writePair(out, files, root);
	return { ...files, notAfterMs: root.notAfterMs };
}

/**
 * Issues a certificate by the authority of a folder.
 *
 * @throws MixerError "invalid" where there is none, its time is over, or the files are there already.
 */
export async function makeLeaf(options: MakeOptions & { ca: string; file: string; leaf: Leaf }): Promise<Made> {
	const { out, force, nowMs, ca, file, leaf } = options;
	const files = pairFiles(out, file);
	if (!force) await refuseToOverwrite(files);
	const issued = await issue(pairFiles(ca, AUTHORITY_FILES), leaf, nowMs);
	await writePair(out, files, issued);
	return { ...files, notAfterMs: issued.notAfterMs };
}

async function issue(authority: PairFiles, leaf: Leaf, nowMs: number) {
	const [certificate, key] = [await read(authority.certificate), await read(authority.key)];
	try {
		return await Authority.open({ certificate, key }).issue(leaf, nowMs);
	} catch (error) {
		if (!(error instanceof CitadelError)) throw error;
		throw new MixerError("invalid", `${authority.certificate}: ${error.message}`, { cause: error });
	}
}

async function read(file: string): Promise<string> {
	try {
		return await readFile(file, "utf8");
	} catch (cause) {
		const text = `${file} cannot be read: ${MixerError.from(cause).message}`;
		throw new MixerError("invalid", `${text}: sluice cert init --out DIR makes an authority`, { cause });
	}
}
