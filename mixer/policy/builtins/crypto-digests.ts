import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { BuiltinFamily, HostBuiltin } from "./host-builtin.ts";
import { boolean, text } from "./make-value.ts";
import { stringOperand } from "./operands.ts";

/** crypto.md5 and so on, and crypto.hmac: digests in hex. */
export const cryptoDigests: BuiltinFamily = [
	...["md5", "sha1", "sha256"].map((name) => [`crypto.${name}`, digest(name)] as const),
	...["md5", "sha1", "sha256", "sha512"].map((name) => [`crypto.hmac.${name}`, hmac(name)] as const),
	["crypto.hmac.equal", equalMacs],
];

function digest(algorithm: string): HostBuiltin {
	return (args) => text(createHash(algorithm).update(stringOperand(args, 0)).digest("hex"));
}

function hmac(algorithm: string): HostBuiltin {
	return (args) => {
		const message = stringOperand(args, 0);
		return text(createHmac(algorithm, stringOperand(args, 1)).update(message).digest("hex"));
	};
}

function equalMacs(args: Parameters<HostBuiltin>[0]) {
	const [a, b] = [Buffer.from(stringOperand(args, 0)), Buffer.from(stringOperand(args, 1))];
	return boolean(a.byteLength === b.byteLength && timingSafeEqual(a, b));
}
