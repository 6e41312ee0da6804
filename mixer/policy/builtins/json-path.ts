import { text } from "./make-value.ts";
import { OperandError } from "./operands.ts";
import type { RegoValue } from "./rego-value.ts";

/** The keys of a path: a JSON pointer (RFC 6901), with or without its first slash, or an array of keys. */
export function jsonPath(path: RegoValue): readonly RegoValue[] {
	if (path.type === "array") return path.items;
	if (path.type !== "string") {
		const wanted = "{set, array} containing string paths or array of path segments";
		throw new OperandError(1, `must be one of ${wanted} but got ${path.type}`);
	}
	if (path.value === "") return [];
	const keys = path.value.replace(/^\/+/, "").split("/");
	return keys.map((key) => text(key.replaceAll("~1", "/").replaceAll("~0", "~")));
}
