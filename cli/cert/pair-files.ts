import { access, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Issued } from "../../citadel/authority.ts";
import { MixerError } from "../../mixer/error.ts";
import { writeWholeFile } from "../../mixer/policy/whole-file.ts";

/** For its owner alone; a server or Envoy that runs as somebody else is given it by a person. */
const KEY_MODE = 0o600;
const CERTIFICATE_MODE = 0o644;

/** Where a certificate and its key stand. */
export interface PairFiles {
	readonly certificate: string;
	readonly key: string;
}

/** The files of this name in a folder, `NAME.crt` and `NAME.key`. */
export function pairFiles(dir: string, name: string): PairFiles {
	return { certificate: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) };
}

/** @throws MixerError "invalid" where one of them is there already, naming it. */
export async function refuseToOverwrite(files: PairFiles): Promise<void> {
	for (const file of [files.certificate, files.key]) {
		const isThere = await access(file).then(
			() => true,
			() => false,
		);
		if (isThere) throw new MixerError("invalid", `${file} is there already: say --force to replace it`);
	}
}

/**
 * Writes both into a folder that is made if missing, the key first: a server that reads them in between finds that they
 * do not fit, and looks again.
 *
 * @throws MixerError "invalid" where they cannot be written.
 */
export async function writePair(dir: string, files: PairFiles, issued: Issued): Promise<void> {
	try {
		await mkdir(resolve(dir), { recursive: true });
		await writeWholeFile(files.key, issued.key, { mode: KEY_MODE, isDurable: true });
		await writeWholeFile(files.certificate, issued.certificate, { mode: CERTIFICATE_MODE, isDurable: true });
	} catch (cause) {
		throw new MixerError("invalid", `${dir} cannot be written: ${MixerError.from(cause).message}`, { cause });
	}
}
