import { array, object, text } from "./make-value.ts";
import type { RegoValue } from "./rego-value.ts";

/** How Go's json.MarshalIndent lays text out. */
export interface JsonLayout {
	readonly prefix: string;
	readonly indent: string;
}

/** A value as JSON has it: sets are arrays, and keys that are no strings their own JSON. */
export function asJson(value: RegoValue): RegoValue {
	if (value.type === "array" || value.type === "set") return array(value.items.map(asJson));
	if (value.type !== "object") return value;
	return object(value.members.map(([key, member]) => [text(jsonKey(key)), asJson(member)] as const));
}

/** An object's key in JSON. */
export function jsonKey(key: RegoValue): string {
	return key.type === "string" ? key.value : goJson(key);
}

/** The JSON that Go's encoding/json writes, with HTML's characters escaped. */
export function goJson(value: RegoValue, layout?: JsonLayout): string {
	return write(asJson(value), layout, "");
}

/** A string as Go's encoding/json writes it. */
export function goJsonString(value: string): string {
	// Go escapes what HTML and JavaScript would read otherwise, and has no short form of two control characters' names.
	return JSON.stringify(value).replace(/[<>&\u2028\u2029]|\\ud[89a-f]../g, (char) =>
		char.length > 1 ? "\ufffd" : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
}

function write(value: RegoValue, layout: JsonLayout | undefined, indent: string): string {
	switch (value.type) {
		case "null":
			return "null";
		case "boolean":
			return String(value.value);
		case "number":
			return value.text;
		case "string":
			return goJsonString(value.value);
		case "array":
		case "set":
			return lines(
				"[]",
				value.items.map((item) => (inner: string) => write(item, layout, inner)),
				layout,
				indent,
			);
		case "object":
			return lines("{}", membersOf(value, layout), layout, indent);
	}
}

function membersOf(value: Extract<RegoValue, { type: "object" }>, layout: JsonLayout | undefined) {
	const colon = layout === undefined ? ":" : ": ";
	return value.members.map(
		([key, member]) =>
			(inner: string) =>
				goJsonString(jsonKey(key)) + colon + write(member, layout, inner),
	);
}

function lines(
	brackets: string,
	parts: readonly ((indent: string) => string)[],
	layout: JsonLayout | undefined,
	indent: string,
): string {
	const [open, close] = [brackets.charAt(0), brackets.charAt(1)];
	if (layout === undefined) return open + parts.map((part) => part("")).join(",") + close;
	if (parts.length === 0) return brackets;
	const inner = indent + layout.indent;
	const [line, last] = [`\n${layout.prefix}${inner}`, `\n${layout.prefix}${indent}`];
	return open + parts.map((part) => line + part(inner)).join(",") + last + close;
}
