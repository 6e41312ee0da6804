import { isUtf8 } from "node:buffer";
import { MixerError } from "../error.ts";

/**
 * Bytes as text, without a byte order mark.
 *
 * @throws MixerError "invalid" that names the line where they are not UTF-8.
 */
export function utf8Text(bytes: Buffer, shown: string): string {
	if (isUtf8(bytes)) return bytes.toString("utf8").replace(/^\uFEFF/, "");
	let line = 1;
	for (let start = 0; start < bytes.length; line++) {
		const end = bytes.indexOf(10, start);
		const next = end === -1 ? bytes.length : end + 1;
		if (!isUtf8(bytes.subarray(start, next))) break;
		start = next;
	}
	throw new MixerError("invalid", `${shown}:${line}: is not UTF-8`);
}
