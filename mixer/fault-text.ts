import type { Fault } from "./fault.ts";

/** `shop/authz.rego:5: rego_type_error: undefined ref`, `sluice.yaml:7:10 spec.limit: -1`, `shop/data.json: no object`. */
const HEAD = /^([^:]+\.(?:rego|ya?ml|json))(?::(\d+)(?::(\d+))?:?|:) (?:(rego_\w+): )?(.*)$/;

/** The lines below one of opa's errors that say what it is about. */
const HINT = /^(have|want|want \(one of\)): (.*)$/;

/** Reads messages in the form that compilers write: each begins with its place, what is indented belongs to it. */
export function parseFaults(text: string): readonly Fault[] {
	const blocks: string[][] = [];
	for (const line of text.split("\n")) {
		const block = blocks.at(-1);
		if (block !== undefined && /^\s/.test(line)) block.push(line.trim());
		else if (line !== "") blocks.push([line]);
	}
	return blocks.map(([head = "", ...rest]) => ({ ...parseHead(head), ...parseRest(rest) }));
}

function parseHead(head: string): Fault {
	const [, file, line, column, code, text] = HEAD.exec(head) ?? [];
	if (file === undefined || text === undefined) return { text: head };
	return {
		file,
		...(line !== undefined && { line: Number(line) }),
		...(column !== undefined && { column: Number(column) }),
		...(code !== undefined && { code }),
		text,
	};
}

/** What stands below opa's line of source and the caret under it. With a `have: …` it is one hint. */
function parseRest(lines: readonly string[]): Pick<Fault, "hint" | "details"> {
	const details = lines.slice(lines.indexOf("^") + 1);
	if (details.length === 0) return {};
	if (!details.some((line) => HINT.test(line))) return { details };
	return { hint: details.map(hintOf).join(", ") };
}

function hintOf(line: string): string {
	const [, name, value = ""] = HINT.exec(line) ?? [];
	if (name === undefined) return line;
	return name === "want (one of)" ? `want one of: ${namesIn(value)}` : `${name} ${value}`;
}

/** `["headers" "host"]` as `headers, host`. */
function namesIn(list: string): string {
	const names = [...list.matchAll(/"([^"]*)"/g)].map(([, name]) => name);
	return names.length === 0 ? list : names.join(", ");
}
