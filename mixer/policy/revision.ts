import { createHash } from "node:crypto";
import type { HttpSendSettings } from "../../galley/snapshot.ts";

/** What decides about a request, apart from the request. */
export interface RevisionParts {
	readonly policyWasm: Uint8Array;
	readonly module: Uint8Array;
	readonly data: Uint8Array;
	/** The plugin configuration without its revision. */
	readonly pluginConfig: string;
	/** What the policies may do with the network, where one uses it. */
	readonly httpSend?: HttpSendSettings;
}

/**
 * The revision: SHA-256 in hex over all parts, each as its name, its length in 8 bytes (big-endian) and its bytes, so
 * that no two different builds run together into the same text.
 */
export function computeRevision(parts: RevisionParts): string {
	const hash = createHash("sha256");
	const framed = {
		"policy.wasm": parts.policyWasm,
		"filter.wasm": parts.module,
		"data.json": parts.data,
		"plugin-config.json": Buffer.from(parts.pluginConfig),
		...(parts.httpSend && { "http-send.json": Buffer.from(JSON.stringify(parts.httpSend)) }),
	};
	for (const [name, bytes] of Object.entries(framed)) {
		const length = Buffer.alloc(8);
		length.writeBigUInt64BE(BigInt(bytes.byteLength));
		hash.update(name).update(length).update(bytes);
	}
	return hash.digest("hex");
}
