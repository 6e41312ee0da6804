import type { RE2JS } from "re2js";

/** A match: where it begins and ends, and what each group holds, the whole as group 0. */
export interface RegexMatch {
	readonly start: number;
	readonly end: number;
	readonly groups: readonly (string | undefined)[];
}

/** The first matches of an expression, all for a negative limit: as Go finds them, no empty one right behind another. */
export function matchesOf(expression: RE2JS, subject: string, limit: bigint): RegexMatch[] {
	const matcher = expression.matcher(subject);
	const matches: RegexMatch[] = [];
	let previousEnd = -1;
	for (let at = 0; at <= subject.length && (limit < 0n || matches.length < limit); ) {
		if (!matcher.find(at)) break;
		const [start, end] = [matcher.start(), matcher.end()];
		const isRepeated = end === at && start === previousEnd;
		if (!isRepeated) matches.push({ start, end, groups: groupsOf(matcher) });
		at = end === at ? at + ((subject.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) : end;
		previousEnd = end;
	}
	return matches;
}

function groupsOf(matcher: ReturnType<RE2JS["matcher"]>): (string | undefined)[] {
	return Array.from({ length: matcher.groupCount() + 1 }, (_group, i) => matcher.group(i) ?? undefined);
}

/**
 * A replacement with what a match holds in place of $1, ${1}, $name and ${name}, and $ for $$ (Go's Regexp.Expand).
 *
 * @param names the groups' numbers by name.
 */
export function expandTemplate(template: string, match: RegexMatch, names: ReadonlyMap<string, number>): string {
	return template.replace(REFERENCE, (_all, isDollar?: string, braced?: string, plain?: string) => {
		if (isDollar !== undefined) return "$";
		const name = braced ?? plain ?? "";
		const isNumber = /^(0|[1-9]\d*)$/.test(name);
		return match.groups[isNumber ? Number(name) : (names.get(name) ?? -1)] ?? "";
	});
}

const REFERENCE = /\$(\$)|\$\{([\p{L}\p{Nd}_]+)\}|\$([\p{L}\p{Nd}_]+)/gu;
