import type { FieldPath } from "../../galley/field-path.ts";
import type { Message } from "../../galley/message.ts";
import { toMessage } from "../../galley/problem.ts";
import type { SourceDocument } from "../../galley/source-document.ts";
import { closest } from "../../galley/suggestion.ts";
import type { OpaField } from "./opa-fields.ts";

/** Longest list of fields told of one by one; a file with more says nothing a person would read. */
const MAX_MESSAGES = 200;

/**
 * What there is to say of a configuration's fields: each that has no counterpart with what to do instead, and each that is
 * not known. Values are never told, since some are secrets.
 */
export function walkFields(source: SourceDocument, known: OpaField): Message[] {
	const messages: Message[] = [];
	walk({ source, messages }, { path: [], value: source.value, known, told: "no" });
	return messages.slice(0, MAX_MESSAGES);
}

interface Walk {
	readonly source: SourceDocument;
	readonly messages: Message[];
}

interface Step {
	readonly path: FieldPath;
	readonly value: unknown;
	readonly known: OpaField;
	/** Whether something above it was told of already. */
	readonly told: "no" | "info" | "warning";
}

function walk(walking: Walk, { path, value, known, told }: Step): void {
	const { source, messages } = walking;
	const level = known.needsCare === true ? "warning" : "info";
	const tells = known.instead !== undefined && told !== "warning" && told !== level;
	if (tells) {
		const problem = { code: "no_counterpart", path, at: "key", text: known.instead } as const;
		messages.push(toMessage(source, problem, level));
	}
	for (const [key, below] of entriesOf(value)) {
		const step = { path: [...path, key], value: below, told: tells ? level : told };
		const field = typeof key === "number" ? undefined : known.fields?.[key.toLowerCase()];
		const next = field ?? known.each;
		if (next !== undefined) walk(walking, { ...step, known: next });
		else if (known.fields !== undefined) {
			const problem = {
				code: "unknown_field",
				path: step.path,
				at: "key",
				text: "is no field of OPA's or of its Envoy plugin, and is left out",
				suggestion: closest(String(key), Object.keys(known.fields)),
			} as const;
			messages.push(toMessage(source, problem, "warning"));
		}
	}
}

function entriesOf(value: unknown): (readonly [string | number, unknown])[] {
	if (Array.isArray(value)) return value.map((item: unknown, index) => [index, item]);
	return typeof value === "object" && value !== null ? Object.entries(value) : [];
}
