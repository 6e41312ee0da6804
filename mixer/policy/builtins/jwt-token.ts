import { decodeBase64Url } from "./go-base64.ts";
import { stringOperand } from "./operands.ts";
import { readJson } from "./read-json.ts";
import type { RegoValue } from "./rego-value.ts";

export type RegoObject = Extract<RegoValue, { type: "object" }>;

/** A token's three parts as they are written (RFC 7515). */
export interface Token {
	readonly header: string;
	readonly payload: string;
	readonly signature: string;
}

/** @throws Error in OPA's words. */
export function splitToken(args: readonly RegoValue[], index: number): Token {
	const written = stringOperand(args, index);
	const [header = "", payload = "", signature = "", ...more] = written.split(".");
	const count = written.split(".").length;
	if (count === 1) throw new Error("encoded JWT had no period separators");
	if (count === 3 && more.length === 0) return { header, payload, signature };
	throw new Error(`encoded JWT must have 3 sections, found ${count}`);
}

/** What is signed. */
export function signedText({ header, payload }: Token): string {
	return `${header}.${payload}`;
}

export function decodeHeader(token: Token): RegoObject {
	const header = prefixed("bad JWT header: ", () => jsonObject(decodedText(token.header, "header")));
	if (member(header, "enc") !== undefined) throw new Error("JWT is a JWE object, which is not supported");
	return header;
}

/** A part's text. */
export function decodedText(part: string, name: string): string {
	try {
		return decodeBase64Url(part).toString("utf8");
	} catch (error) {
		throw new EncodingError(`JWT ${name} had invalid encoding: ${error instanceof Error ? error.message : error}`);
	}
}

/** Base64 that is none: told as it is, wherever it stands. */
class EncodingError extends Error {}

/** An object of JSON. */
export function jsonObject(json: string): RegoObject {
	const value = prefixed("invalid JSON: ", () => readJson(json));
	if (value.type === "object") return value;
	throw new Error("decoded JSON type was not an Object");
}

/** A member of an object by its name. */
export function member({ members }: RegoObject, name: string): RegoValue | undefined {
	return members.find(([key]) => key.type === "string" && key.value === name)?.[1];
}

function prefixed<Value>(prefix: string, read: () => Value): Value {
	try {
		return read();
	} catch (error) {
		if (error instanceof EncodingError) throw error;
		throw new Error(`${prefix}${error instanceof Error ? error.message : error}`);
	}
}
