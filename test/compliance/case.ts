import type { RegoValue } from "../../mixer/policy/builtins/rego-value.ts";

/** What OPA's authors expect of a case. */
export type Expectation =
	/** The bindings of its query's variables, in any order. */
	| { readonly type: "result"; readonly bindings: readonly ReadonlyMap<string, RegoValue>[] }
	/** An error with this text somewhere in it; `isStrict` where OPA makes it only with strict built-in errors. */
	| { readonly type: "error"; readonly code: string; readonly text: string; readonly isStrict: boolean };

/** One of OPA's compliance cases. */
export interface ComplianceCase {
	/** Its file's name, and its own. */
	readonly name: string;
	/** The folder of its file: OPA has one for each subject. */
	readonly subject: string;
	readonly query: string;
	readonly modules: readonly string[];
	/** JSON. */
	readonly data: string;
	/** JSON, or Rego's notation; undefined where there is none. */
	readonly input: string | undefined;
	/** Whether bound arrays are to be compared as if they were sets. */
	readonly sortBindings: boolean;
	readonly expected: Expectation;
}
