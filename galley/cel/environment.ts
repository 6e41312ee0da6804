import { Environment, type ObjectSchema } from "@marcbachmann/cel-js";
import { RE2JS } from "re2js";
import { type Attributes, CEL_TYPES } from "./attribute-type.ts";
import { responseFlags } from "./response-flags.ts";

/** Far more than a person writes for one label; each bounds what a record can cost. */
const LIMITS = { maxAstNodes: 500, maxDepth: 32, maxListElements: 100, maxMapEntries: 100, maxCallArguments: 16 };

/** Patterns kept compiled. They are literals of expressions, so this many only come with as many expressions. */
const MAX_PATTERNS = 1000;

/**
 * What `matches` is called inside: the library's own takes JavaScript's regular expressions, which a request could make
 * run for minutes, and cannot be replaced. As long as the name it stands for, so that places stay.
 */
export const MATCHES = "matchRE";

/** CEL's standard functions and ours, with every attribute declared with its type. */
export function celEnvironment(attributes: Attributes): Environment {
	const environment = new Environment({ unlistedVariablesAreDyn: false, enableOptionalTypes: true, limits: LIMITS });
	for (const [name, schema] of Object.entries(tree(attributes))) environment.registerVariable(name, { schema });
	const patterns = new Map<string, RE2JS>();
	environment.registerFunction("responseFlags(int): string", responseFlags);
	return environment.registerFunction(`string.${MATCHES}(string): bool`, (text: string, pattern: string) => {
		return compiled(patterns, pattern).matcher(text).find();
	});
}

function compiled(patterns: Map<string, RE2JS>, pattern: string): RE2JS {
	const known = patterns.get(pattern);
	if (known !== undefined) return known;
	if (patterns.size >= MAX_PATTERNS) patterns.clear();
	const regex = RE2JS.compile(pattern);
	patterns.set(pattern, regex);
	return regex;
}

interface Branch {
	[segment: string]: Branch | string;
}

/** The dotted names as the nested objects that CEL sees: the first segment is a variable, the others are its fields. */
function tree(attributes: Attributes): Record<string, ObjectSchema> {
	const root: Record<string, Branch> = {};
	for (const [name, type] of attributes) {
		const segments = name.split(".");
		const leaf = segments.pop() ?? "";
		let branch: Branch = root;
		for (const segment of segments) {
			const below = branch[segment] ?? {};
			if (typeof below === "string") throw new Error(`${name}: ${segment} is an attribute and holds one`);
			branch[segment] = below;
			branch = below;
		}
		branch[leaf] = CEL_TYPES[type];
	}
	return root;
}
