import { absentInputs } from "../api/generated/vocabulary.ts";

/**
 * Adds to what is wrong with policies a line for each path named there that OPA's Envoy plugin has and this input has
 * not, with the reason: who brings a policy along finds out what became of it.
 */
export function explainAbsentInputs(faults: string): string {
	const named = absentInputs.filter(({ path }) => mentions(faults, path));
	const lines = named.map(({ path, why }) => `${nameOf(path)} is absent here, where OPA's Envoy plugin has it: ${why}`);
	return [faults, ...lines].join("\n");
}

/** The name as a whole: not the beginning of a longer one. */
function mentions(text: string, path: readonly string[]): boolean {
	const name = nameOf(path);
	for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
		if (!/\w/.test(text.charAt(at + name.length))) return true;
	}
	return false;
}

function nameOf(path: readonly string[]): string {
	return ["input", ...path].join(".");
}
