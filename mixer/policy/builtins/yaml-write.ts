import { goFloat } from "./go-float.ts";
import { asJson } from "./go-json.ts";
import type { RegoValue } from "./rego-value.ts";
import { UnsupportedError } from "./unsupported-error.ts";
import { compareYamlKeys } from "./yaml-keys.ts";
import { plainScalar } from "./yaml-scalar.ts";

/** Longest key that stands on one line with its value, in bytes; longer ones have a form of their own, as rare as they. */
const MAX_SIMPLE_KEY_BYTES = 128;

/** A value as go-yaml (v3, indented by two) writes it. */
export function writeYaml(value: RegoValue): string {
	const lines = linesOf(asJson(value)).join("\n");
	// What ends in empty lines of its own ends with one of them.
	return /\|2?\+/.test(lines) && lines.endsWith("\n") ? lines : `${lines}\n`;
}

/** Lines without indentation. */
function linesOf(value: RegoValue): string[] {
	if (value.type === "object" && value.members.length > 0) return mappingLines(value);
	if (value.type === "array" && value.items.length > 0)
		return value.items.flatMap((item) => nested("- ", linesOf(item)));
	return scalarLines(value);
}

function mappingLines({ members }: Extract<RegoValue, { type: "object" }>): string[] {
	const named = members.map(([key, value]) => [key.type === "string" ? key.value : "", value] as const);
	return named
		.toSorted(([a], [b]) => compareYamlKeys(a, b))
		.flatMap(([key, value]) => {
			const lines = linesOf(value);
			const isBlock =
				(value.type === "object" && value.members.length > 0) || (value.type === "array" && value.items.length > 0);
			return isBlock ? [`${keyText(key)}:`, ...indented(lines)] : [`${keyText(key)}: ${lines[0]}`, ...lines.slice(1)];
		});
}

function keyText(key: string): string {
	if (/[\n\r\u0085\u2028\u2029]/.test(key) || Buffer.byteLength(key) > MAX_SIMPLE_KEY_BYTES) {
		throw new UnsupportedError(`a key of several lines or over ${MAX_SIMPLE_KEY_BYTES} bytes is not supported here`);
	}
	return stringLines(key)[0] ?? "";
}

function nested(start: string, [first = "", ...rest]: readonly string[]): string[] {
	return [start + first, ...indented(rest)];
}

function indented(lines: readonly string[]): string[] {
	return lines.map((line) => (line === "" ? line : `  ${line}`));
}

function scalarLines(value: RegoValue): string[] {
	switch (value.type) {
		case "string":
			return stringLines(value.value);
		case "number":
			return [numberText(value.text)];
		case "boolean":
			return [String(value.value)];
		case "null":
			return ["null"];
		case "object":
			return ["{}"];
		default:
			return ["[]"];
	}
}

function numberText(written: string): string {
	const value = plainScalar(written);
	if (typeof value === "object" && value.type === "number" && /^-?\d+$/.test(value.text) && !/[.eE]/.test(written)) {
		return value.text;
	}
	const double = Number(written);
	return `${double < 0 ? "-" : ""}${goFloat("g", Math.abs(double), undefined)}`;
}

const OLD_BOOLEAN = /^(?:y|yes|on|n|no|off|Y|Yes|YES|On|ON|N|No|NO|Off|OFF)$/;
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const TIMESTAMP = /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt ]\d{1,2}:\d{1,2}:\d{1,2})/;

function stringLines(value: string): string[] {
	if (value.includes("\n")) return isBlockAllowed(value) ? literalLines(value) : [doubleQuoted(value)];
	const resolved = plainScalar(value);
	const isText = typeof resolved === "object" && resolved.type === "string";
	if (!isText || OLD_BOOLEAN.test(value) || BASE_60.test(value) || TIMESTAMP.test(value)) return [doubleQuoted(value)];
	if (isPlainAllowed(value)) return [value];
	return [
		/[\t]| [\r\u0085\u2028\u2029]|[\r\u0085\u2028\u2029] /.test(value) || UNPRINTABLE.test(value)
			? doubleQuoted(value)
			: `'${value.replaceAll("'", "''")}'`,
	];
}

/** go-yaml takes what lies beyond 16 bits for unprintable. */
const UNPRINTABLE = /[^\n\t\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u;

function isPlainAllowed(value: string): boolean {
	return !(
		/^\s|\s$|[\t\r\u0085\u2028\u2029]/.test(value) ||
		UNPRINTABLE.test(value) ||
		/^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:\s|$))/.test(value) ||
		/:(?:\s|$)|\s#/.test(value)
	);
}

function isBlockAllowed(value: string): boolean {
	return !(/ $| \n/.test(value) || UNPRINTABLE.test(value));
}

function literalLines(value: string): string[] {
	if (/[\r\u0085\u2028\u2029]/.test(value))
		throw new UnsupportedError("text with unusual line ends is not supported here");
	const hint = /^[ \n]/.test(value) ? "2" : "";
	const chomp = value.endsWith("\n") ? (/^\n$|\n\n$/.test(value) ? "+" : "") : "-";
	const lines = value.replace(/\n$/, "").split("\n");
	return [`|${hint}${chomp}`, ...indented(lines)];
}

const escapes: Readonly<Record<string, string>> = {
	"\0": "\\0",
	"\x07": "\\a",
	"\b": "\\b",
	"\t": "\\t",
	"\n": "\\n",
	"\v": "\\v",
	"\f": "\\f",
	"\r": "\\r",
	"\x1b": "\\e",
	'"': '\\"',
	"\\": "\\\\",
	"\u0085": "\\N",
	"\u00a0": "\\_",
	"\u2028": "\\L",
	"\u2029": "\\P",
};

function doubleQuoted(value: string): string {
	const escaped = value.replace(
		/["\\\n\r\u0085\u2028\u2029]|[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/gu,
		(char) => {
			const code = char.codePointAt(0) ?? 0;
			const known = escapes[char];
			if (known !== undefined) return known;
			const hex = code.toString(16).toUpperCase();
			if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
			return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
		},
	);
	return `"${escaped}"`;
}
