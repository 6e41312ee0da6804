import fc from "fast-check";

const character = fc.constantFrom("a", "b", "c", "A", "1", "-", "/", "_", " ", "é", "ß", "日", "\n");
const literal = fc.oneof(
	{ weight: 6, arbitrary: fc.constantFrom("a", "b", "c", "A", "1", "-", "/", "é", "日") },
	{ weight: 1, arbitrary: fc.constantFrom("\\.", "\\(", "\\\\", "\\n", "\\x{e9}", "\\/", "\\-") },
);
const sets = [".", "[ab]", "[^a]", "[a-c1-9]", "\\d", "\\D", "\\w", "\\W", "\\s", "[[:alpha:]]", "\\pL", "[^\\w-]"];
const edge = fc.constantFrom("^", "$", "\\b", "\\A", "\\z");
const repeat = fc.constantFrom("*", "+", "?", "{2}", "{0,3}", "{1,}", "*?", "+?", "??");
const open = fc.constantFrom("(", "(?:", "(?i:", "(?s:", "(?P<n>");
const joined = (parts: fc.Arbitrary<readonly string[]>) => parts.map((texts) => texts.join(""));

const simple = fc.oneof({ weight: 2, arbitrary: literal }, { weight: 1, arbitrary: fc.constantFrom(...sets) });

function patternsOf(options: { repeatGroups: boolean }): fc.Arbitrary<string> {
	return fc.letrec<Record<"choice" | "sequence" | "piece" | "atom", string>>((tie) => ({
		choice: fc.array(tie("sequence"), { minLength: 1, maxLength: 3 }).map((choices) => choices.join("|")),
		sequence: joined(fc.array(tie("piece"), { maxLength: 4 })),
		piece: fc.oneof(
			{ weight: 3, arbitrary: tie("atom") },
			{
				weight: 2,
				arbitrary: joined(fc.tuple(options.repeatGroups ? tie("atom") : simple, repeat)),
			},
			{ weight: 1, arbitrary: edge },
		),
		atom: fc.oneof(
			{ depthSize: "small" },
			{ weight: 6, arbitrary: simple },
			{ weight: 2, arbitrary: fc.tuple(open, tie("choice")).map(([start, choice]) => `${start}${choice})`) },
		),
	})).choice;
}

/**
 * Patterns that RE2 and Go's package find in the same texts. Left out is \B: between the bytes of one character RE2
 * finds it, Go doesn't.
 */
export const patterns: fc.Arbitrary<string> = patternsOf({ repeatGroups: true });

/** The same where they find the same places too: what `(|a)*` matches Go has changed since. */
export const placing: fc.Arbitrary<string> = patternsOf({ repeatGroups: false });

/** What may be a pattern, and often is none. */
export const scribbles: fc.Arbitrary<string> = joined(
	fc.array(fc.constantFrom(..."()[]{}*+?|^$\\.,-:ab1é", "(?", "\\p", "{1,", "[^", "[[:"), { maxLength: 8 }),
);

/** Texts to be matched. */
export const texts: fc.Arbitrary<string> = joined(fc.array(character, { maxLength: 12 }));

/** The same without line feeds, which ** of a glob does not match in OPA's module. */
export const lines: fc.Arbitrary<string> = texts.map((text) => text.replaceAll("\n", "x"));

const globParts = ["a", "b", "1", ".", "/", "é", "*", "**", "?", "[ab]", "[!a]", "[a-c]", "{a,b}", "{a*,*b}", "\\*"];

/** Globs that OPA in Go and OPA in a module read alike: the module takes a brace that stays open for one that never matches. */
export const globs: fc.Arbitrary<string> = joined(fc.array(fc.constantFrom(...globParts), { maxLength: 6 }));

/** Globs, with wrong ones among them. */
export const anyGlobs: fc.Arbitrary<string> = joined(
	fc.array(fc.constantFrom(...globParts, "{", "]", ",", "}", "[", "\\"), { maxLength: 6 }),
);

/** What separates a glob's parts. */
export const delimiters: fc.Arbitrary<readonly string[] | null> = fc.constantFrom(
	null,
	[],
	["."],
	["/"],
	[".", "/"],
	["é"],
);
