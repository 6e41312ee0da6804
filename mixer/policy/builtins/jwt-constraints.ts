import { createSecretKey } from "node:crypto";
import { type VerificationKey, verificationKeys } from "./jwt-keys.ts";
import type { RegoObject } from "./jwt-token.ts";
import { printValue, type RegoValue } from "./rego-value.ts";

/** What io.jwt.decode_verify holds a token to. "" holds it to nothing, but for the audience. */
export interface TokenConstraints {
	/** Those of `cert`, or the one of `secret`. */
	readonly keys: readonly VerificationKey[];
	readonly alg: string;
	readonly iss: string;
	readonly aud: string;
	/** Nanoseconds since 1970, as a double. */
	readonly timeNs: number;
}

/** @throws Error in OPA's words: an unknown constraint is refused. */
export function readConstraints({ members }: RegoObject, nowNs: bigint): TokenConstraints {
	const texts: Record<string, string> = { alg: "", iss: "", aud: "", secret: "" };
	let certificates: readonly VerificationKey[] | undefined;
	let timeNs = Number(nowNs);
	for (const [key, value] of members) {
		const name = key.type === "string" ? key.value : printValue(key);
		if (name === "time") timeNs = readTime(value);
		else if (name === "cert") certificates = verificationKeys(readText("cert", value));
		else if (Object.hasOwn(texts, name)) texts[name] = readText(name, value);
		else throw new Error(`unknown token validation constraint: ${name}`);
	}
	const { alg = "", iss = "", aud = "", secret = "" } = texts;
	if (certificates !== undefined && secret !== "") throw new Error("duplicate key constraints");
	if (certificates === undefined && secret === "") throw new Error("no key constraint");
	return { keys: certificates ?? [secretKey(secret)], alg, iss, aud, timeNs };
}

function secretKey(secret: string): VerificationKey {
	return { key: createSecretKey(Buffer.from(secret)), alg: "", kid: "" };
}

function readText(name: string, value: RegoValue): string {
	if (value.type !== "string") throw new Error(`${name} constraint: must be a string`);
	return value.value;
}

function readTime(value: RegoValue): number {
	if (value.type !== "number") throw new Error("token time constraint: must be a number");
	const time = Number(value.text);
	if (!Number.isFinite(time)) throw new Error("token time constraint: unvalid float64");
	if (time < 0) throw new Error("token time constraint: must not be negative");
	return time;
}
