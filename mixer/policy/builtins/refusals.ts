/** Built-ins that nobody runs here, and why: what people are told at build. */
export const refusals: ReadonlyMap<string, string> = new Map([
	[
		"json.is_valid",
		"opa's own code for it gives a constant's memory away, and later evaluations find other values there",
	],
	["json.match_schema", "opa tells the faults in the words of a Go library that has no like here"],
	["json.verify_schema", "opa tells the faults in the words of a Go library that has no like here"],
	["opa.runtime", "it tells of the process that opa runs in, and there is none"],
	["rego.parse_module", "only opa itself parses Rego"],
	["strings.render_template", "Go's templates have no like here"],
]);
