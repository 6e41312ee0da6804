import { createHmac } from "node:crypto";
import { MixerError } from "../../error.ts";

/** What a secret begins with as services show it; then base64. */
const PREFIX = "whsec_";

/** Bytes of a key: Standard Webhooks asks for 24 to 64. */
const KEY_BYTES = { min: 24, max: 64 };

/** More than the one that is and the one that was serves nobody. */
const MAX_KEYS = 4;

/** What is signed: the body as it is sent, under its id and its time in seconds. */
export interface SignedMessage {
	readonly id: string;
	readonly timestamp: number;
	readonly body: string | Buffer;
}

/**
 * Reads keys as Standard Webhooks writes them, one a line: whsec_ and base64.
 *
 * @throws MixerError "invalid", which shows nothing of them.
 */
export function readKeys(field: string, text: string): readonly Buffer[] {
	const lines = text.split(/\s+/).filter((line) => line !== "");
	if (lines.length === 0) throw new MixerError("invalid", `${field}: is empty: it must hold a secret, such as whsec_…`);
	if (lines.length > MAX_KEYS) {
		throw new MixerError("invalid", `${field}: holds ${lines.length} secrets: there may be at most ${MAX_KEYS}`);
	}
	return lines.map((line) => readKey(field, line));
}

/** The header webhook-signature: one signature with each key, HMAC-SHA256 (Standard Webhooks, v1). */
export function signatureHeader(keys: readonly Buffer[], { id, timestamp, body }: SignedMessage): string {
	return keys
		.map((key) => `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64")}`)
		.join(" ");
}

function readKey(field: string, line: string): Buffer {
	const base64 = line.startsWith(PREFIX) ? line.slice(PREFIX.length) : line;
	const key = Buffer.from(base64, "base64");
	const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(base64);
	if (isBase64 && key.length >= KEY_BYTES.min && key.length <= KEY_BYTES.max) return key;
	const text = `must be whsec_ and base64 of ${KEY_BYTES.min} to ${KEY_BYTES.max} bytes, as from: echo whsec_$(openssl rand -base64 32)`;
	throw new MixerError("invalid", `${field}: ${text}`);
}
