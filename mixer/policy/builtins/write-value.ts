import type { RegoValue } from "./rego-value.ts";

/** A value as OPA's module reads it (opa_value_parse): JSON, and sets in Rego's notation. */
export function writeValue(value: RegoValue): string {
	switch (value.type) {
		case "null":
			return "null";
		case "boolean":
			return String(value.value);
		case "number":
			return value.text;
		case "string":
			return JSON.stringify(value.value);
		case "array":
			return `[${value.items.map(writeValue).join(",")}]`;
		case "set":
			return value.items.length === 0 ? "set()" : `{${value.items.map(writeValue).join(",")}}`;
		case "object":
			return `{${value.members.map(([key, member]) => `${writeValue(key)}:${writeValue(member)}`).join(",")}}`;
	}
}
