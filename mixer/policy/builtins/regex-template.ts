import { RE2JS } from "re2js";

/** What delimits the expressions of a template, and refuses what is none. */
export interface TemplateOptions {
	readonly start: string;
	readonly end: string;
	readonly check: (pattern: string) => void;
}

/** The expression of a template: text, and expressions between delimiters, which may hold pairs of them. */
export function regexTemplate(template: string, { start, end, check }: TemplateOptions): string {
	let pattern = "^";
	let [level, from] = [0, 0];
	for (let at = 0; at < template.length; at++) {
		const char = template.charAt(at);
		if (char === start) {
			if (level++ === 0) {
				pattern += RE2JS.quote(template.slice(from, at));
				from = at + 1;
			}
		} else if (char === end) {
			level--;
			if (level < 0) throw unbalanced(template);
			if (level > 0) continue;
			const part = template.slice(from, at);
			check(`^${part}$`);
			pattern += `(${part})`;
			from = at + 1;
		}
	}
	if (level !== 0) throw unbalanced(template);
	return `${pattern}${RE2JS.quote(template.slice(from))}$`;
}

function unbalanced(template: string): Error {
	return new Error(`unbalanced braces in ${JSON.stringify(template)}`);
}
