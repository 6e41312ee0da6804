import { gunzipSync } from "node:zlib";
import { MixerError } from "../error.ts";
import { readTar } from "./tar.ts";

/** Largest bundle unpacked: 100,000 data entries are 8 MB, so this is far beyond what an Envoy can take. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;

/**
 * Takes one file out of a bundle as opa writes it.
 *
 * @throws MixerError "tool" where the file is not there or the archive is damaged.
 */
export function readBundleFile(bundle: Uint8Array, name: string): Uint8Array {
	const content = entriesOf(bundle).find((entry) => entry.name === name)?.content;
	if (content === undefined) throw new MixerError("tool", `opa build wrote no ${name}`);
	return new Uint8Array(content);
}

function entriesOf(bundle: Uint8Array) {
	try {
		return readTar(gunzipSync(bundle, { maxOutputLength: MAX_UNPACKED_BYTES }));
	} catch (error) {
		const { message } = MixerError.from(error);
		throw new MixerError("tool", `opa build wrote a bundle that cannot be read: ${message}`, { cause: error });
	}
}
