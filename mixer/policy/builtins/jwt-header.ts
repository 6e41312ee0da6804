import { decodeHeader, type RegoObject, type Token } from "./jwt-token.ts";
import type { RegoValue } from "./rego-value.ts";

/** What a token's header says of itself (RFC 7515, section 4.1). */
export interface TokenHeader {
	readonly decoded: RegoObject;
	/** "" where it is not there, as with the others. */
	readonly alg: string;
	readonly kid: string;
	readonly typ: string;
	readonly cty: string;
	/** Whether it names an algorithm, and nothing that it calls critical is unknown. */
	readonly isValid: boolean;
}

const STRINGS = ["alg", "kid", "typ", "cty"] as const;

/** @throws Error in OPA's words. */
export function tokenHeader(token: Token): TokenHeader {
	const decoded = decodeHeader(token);
	const found: Record<(typeof STRINGS)[number], string> = { alg: "", kid: "", typ: "", cty: "" };
	let critical: ReadonlySet<string> = new Set();
	const unknown: string[] = [];
	for (const [key, value] of decoded.members) {
		const name = key.type === "string" ? key.value : "";
		const known = STRINGS.find((each) => each === name);
		if (known !== undefined) {
			if (value.type !== "string") throw new Error(`${name}: must be a string`);
			found[known] = value.value;
		} else if (name === "crit") critical = criticalNames(value);
		else unknown.push(name);
	}
	return { decoded, ...found, isValid: found.alg !== "" && !unknown.some((name) => critical.has(name)) };
}

/** OPA reads the list up to the first that is no string. */
function criticalNames(value: RegoValue): ReadonlySet<string> {
	if (value.type !== "array") throw new Error("crit: must be a list");
	const names = new Set<string>();
	for (const item of value.items) {
		if (item.type !== "string") break;
		names.add(item.value);
	}
	if (names.size === 0) throw new Error("crit: must be a nonempty list");
	return names;
}
