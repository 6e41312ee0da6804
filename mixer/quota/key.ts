import { KEY_HEAD_BYTES, MAX_KEY_BYTES, MAX_KEY_VALUES } from "../../galley/kinds/quota-key.ts";
import type { QuotaKeyValue } from "../../galley/snapshot.ts";
import { MixerError } from "../error.ts";

const TEXT = 1;
const NUMBER = 2;
const BOOLEAN = 3;

/** A key's bytes as mixer.proto defines them: no two lists have the same. */
export function encodeKey(values: readonly QuotaKeyValue[]): Uint8Array {
	const parts = values.map((value) => {
		if (typeof value === "boolean") return [BOOLEAN, 0, 1, value ? 1 : 0];
		// JSON writes a number as ECMAScript does, but for -0.
		const text = Buffer.from(typeof value === "number" ? JSON.stringify(value) : value);
		return [typeof value === "number" ? NUMBER : TEXT, text.length >> 8, text.length & 255, ...text];
	});
	return Uint8Array.from(parts.flat());
}

/**
 * The values of a key's bytes.
 *
 * @throws MixerError "invalid" for bytes that encodeKey does not write: else one list could have two counters.
 */
export function decodeKey(bytes: Uint8Array): QuotaKeyValue[] {
	if (bytes.length > MAX_KEY_BYTES) throw invalid(`${bytes.length} bytes must be at most ${MAX_KEY_BYTES}`);
	const values: QuotaKeyValue[] = [];
	for (let at = 0; at < bytes.length; ) {
		const length = (bytes[at + 1] ?? 0) * 256 + (bytes[at + 2] ?? 0);
		const end = at + KEY_HEAD_BYTES + length;
		if (end > bytes.length) throw invalid(`value ${values.length} ends beyond the key`);
		values.push(decodeValue(bytes[at] ?? 0, bytes.subarray(at + KEY_HEAD_BYTES, end)));
		if (values.length > MAX_KEY_VALUES) throw invalid(`more than ${MAX_KEY_VALUES} values`);
		at = end;
	}
	return values;
}

/** A key as people write it: a list in JSON. */
export function keyText(bytes: Uint8Array): string {
	return JSON.stringify(decodeKey(bytes));
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeValue(type: number, bytes: Uint8Array): QuotaKeyValue {
	if (type === TEXT) return decodeText(bytes);
	if (type === NUMBER) {
		const text = decodeText(bytes);
		const value = Number(text);
		if (!Number.isFinite(value) || JSON.stringify(value) !== text)
			throw invalid("a number is not written as it must be");
		return value;
	}
	if (type !== BOOLEAN) throw invalid(`there is no type ${type}`);
	if (bytes.length !== 1 || (bytes[0] !== 0 && bytes[0] !== 1)) throw invalid("a boolean is one byte, 0 or 1");
	return bytes[0] === 1;
}

function decodeText(bytes: Uint8Array): string {
	try {
		return utf8.decode(bytes);
	} catch (cause) {
		throw new MixerError("invalid", "key: a text is not UTF-8", { cause });
	}
}

function invalid(what: string): MixerError {
	return new MixerError("invalid", `key: ${what}`);
}
