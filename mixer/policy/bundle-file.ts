import { gunzipSync } from "node:zlib";
import { MixerError } from "../error.ts";

/** Largest bundle unpacked: 100,000 data entries are 8 MB, so this is far beyond what an Envoy can take. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;

const BLOCK_BYTES = 512;

/**
 * Takes one file out of a bundle as opa writes it: a gzipped tar in the ustar format (IEEE 1003.1, "pax"). Longer
 * names stand in extension entries of their own, which are passed over: none of them is asked for here.
 *
 * @throws MixerError "tool" where the file is not there or the archive is cut off.
 */
export function readBundleFile(bundle: Uint8Array, name: string): Uint8Array {
	const tar = gunzipSync(bundle, { maxOutputLength: MAX_UNPACKED_BYTES });
	for (let at = 0; at + BLOCK_BYTES <= tar.length; ) {
		const header = tar.subarray(at, at + BLOCK_BYTES);
		const sizeBytes = Number.parseInt(textField(header, 124, 12), 8);
		if (textField(header, 0, 100) === name) return content(tar, at + BLOCK_BYTES, sizeBytes, name);
		// Two empty blocks end an archive.
		if (Number.isNaN(sizeBytes)) break;
		at += BLOCK_BYTES + Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
	}
	throw new MixerError("tool", `opa build wrote no ${name}`);
}

function textField(header: Buffer, start: number, size: number): string {
	const field = header.subarray(start, start + size);
	const end = field.indexOf(0);
	return field.toString("latin1", 0, end < 0 ? size : end).trim();
}

function content(tar: Buffer, start: number, sizeBytes: number, name: string): Uint8Array {
	if (!(start + sizeBytes <= tar.length)) throw new MixerError("tool", `opa build wrote ${name} cut off`);
	return new Uint8Array(tar.subarray(start, start + sizeBytes));
}
