import { escapeUrl, unescapeUrl } from "./go-escape.ts";
import { jsonKey } from "./go-json.ts";
import type { BuiltinFamily } from "./host-builtin.ts";
import { array, object, text } from "./make-value.ts";
import { argument, OperandError, stringOperand, wrongType } from "./operands.ts";
import { compareValues, type RegoValue } from "./rego-value.ts";

type Arguments = readonly RegoValue[];

/** Go's own bound of the settings in a query. */
const MAX_SETTINGS = 10_000;

/** urlquery.*, as Go's net/url. */
export const urlQueryBuiltins: BuiltinFamily = [
	["urlquery.encode", (args) => text(escapeUrl(stringOperand(args, 0), "query"))],
	["urlquery.decode", (args) => text(unescapeUrl(stringOperand(args, 0), "query"))],
	["urlquery.encode_object", encodeObject],
	["urlquery.decode_object", decodeObject],
];

function encodeObject(args: Arguments): RegoValue {
	const value = argument(args, 0);
	if (value.type !== "object") throw wrongType(0, value, "object");
	const members = value.members.map(([key, member]) => [text(jsonKey(key)), member] as const);
	const settings = members
		.toSorted(([a], [b]) => compareValues(a, b))
		.flatMap(([key, member]) =>
			("items" in member ? member.items : [member]).map((item) => {
				if (item.type !== "string") throw new OperandError(0, "values must be string, array[string], or set[string]");
				return `${escapeUrl(jsonKey(key), "query")}=${escapeUrl(item.value, "query")}`;
			}),
		);
	return text(settings.join("&"));
}

function decodeObject(args: Arguments): RegoValue {
	const settings = stringOperand(args, 0).split("&");
	if (settings.length > MAX_SETTINGS) throw new Error("number of URL query parameters exceeded limit");
	const values = new Map<string, string[]>();
	let fault: unknown;
	for (const setting of settings) {
		// Go reads on behind a fault, and of several semicolons or escapes tells this one.
		if (setting.includes(";")) fault = new Error("invalid semicolon separator in query");
		else if (setting !== "") {
			try {
				const [name, value] = decodeSetting(setting);
				values.set(name, [...(values.get(name) ?? []), value]);
			} catch (error) {
				fault ??= error;
			}
		}
	}
	if (fault !== undefined) throw fault;
	return object([...values].map(([name, list]) => [text(name), array(list.map(text))] as const));
}

function decodeSetting(setting: string): [name: string, value: string] {
	const at = setting.indexOf("=");
	const [name, value] = at < 0 ? [setting, ""] : [setting.slice(0, at), setting.slice(at + 1)];
	return [unescapeUrl(name, "query"), unescapeUrl(value, "query")];
}
