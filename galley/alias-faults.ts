import { type Alias, type Document, visit } from "yaml";

/** Enough to share a few blocks. Looking up an alias visits the document up to it, so they cannot be many. */
const MAX_ALIASES = 100;

/** Aliases that stand for nothing or for themselves, or that there are too many of them; with offsets in the file. */
export function findAliasFaults(document: Document.Parsed): { offset: number; text: string }[] {
	const aliases: { alias: Alias; ancestors: readonly unknown[] }[] = [];
	visit(document, {
		Alias(_key, alias, ancestors) {
			aliases.push({ alias, ancestors });
			return aliases.length > MAX_ALIASES ? visit.BREAK : undefined;
		},
	});
	const excess = aliases[MAX_ALIASES];
	if (excess !== undefined) {
		return [{ offset: startOf(excess.alias), text: `a document must hold at most ${MAX_ALIASES} aliases` }];
	}
	return aliases.flatMap(({ alias, ancestors }) => {
		const target = alias.resolve(document);
		const offset = startOf(alias);
		if (target === undefined) return [{ offset, text: `*${alias.source} has no anchor &${alias.source} before it` }];
		return ancestors.includes(target) ? [{ offset, text: `*${alias.source} stands inside its own anchor` }] : [];
	});
}

function startOf({ range }: Alias): number {
	return range?.[0] ?? 0;
}
