/** OPA's functions that compile a pattern, by the built-ins that OPA compiles into calls of them. */
export const regexFunctions: Readonly<Record<string, string>> = {
	"regex.match": "opa_regex_match",
	re_match: "opa_regex_match",
	"regex.is_valid": "opa_regex_is_valid",
	"regex.find_all_string_submatch_n": "opa_regex_find_all_string_submatch",
	"glob.match": "opa_glob_match",
};

/** A function of OPA's that matches a text, as the glue calls it. */
interface Matching {
	readonly name: string;
	/** In their order; `$pattern` and `$value` are texts. */
	readonly params: readonly string[];
	/** That of them which is no text. */
	readonly other?: string;
	/** Calls it over `$p`, `$v` and `$o`, the pattern, the text and the other in the arena. */
	readonly call: string;
	/** What its result is taken out of the arena with. */
	readonly take: "$takeBoolean" | "$takeJson";
}

/**
 * What is called in place of functions of OPA's: in the policy those that compile a pattern, in the arena the one that
 * ends an evaluation and the one that makes a pattern ready. A pattern that isn't kept does not count: a wrong one.
 */
export const regexCalls = `(func (export "opa_abort") (param $message i32)
		(call $abort (call $takeText (local.get $message) (i32.add (call $size (local.get $message)) (i32.const 1)))))
	(func (export "re2_init") (param $pattern i32) (param $text i32) (param $options i32)
		(global.set $patterns (i32.add (global.get $patterns) (i32.const 1)))
		(call $init (local.get $pattern) (local.get $text) (local.get $options)))
	(func (export "opa_regex_is_valid") (param $pattern i32) (result i32)
		(local $kept i32) (local $p i32) (local $result i32)
		(if (i32.eqz (call $isText (local.get $pattern))) (then (return (call $policyBoolean (i32.const 0)))))
		(call $enter)
		(local.set $kept (global.get $patterns))
		(local.set $p (call $bringText (local.get $pattern)))
		(local.set $result (call $isValid (local.get $p)))
		(call $valueFree (local.get $p))
		(global.set $patterns (local.get $kept))
		(call $takeBoolean (local.get $result)))
	${matching({
		name: "opa_regex_match",
		params: ["$pattern", "$value"],
		call: "(call $match (local.get $p) (local.get $v))",
		take: "$takeBoolean",
	})}
	${matching({
		name: "opa_regex_find_all_string_submatch",
		params: ["$pattern", "$value", "$number"],
		other: "$number",
		call: "(call $findAll (local.get $p) (local.get $v) (local.get $o))",
		take: "$takeJson",
	})}
	${matching({
		name: "opa_glob_match",
		params: ["$pattern", "$delimiters", "$value"],
		other: "$delimiters",
		call: "(call $globMatch (local.get $p) (local.get $o) (local.get $v))",
		take: "$takeBoolean",
	})}`;

function matching({ name, params, other, call, take }: Matching): string {
	return `(func (export "${name}") ${params.map((param) => `(param ${param} i32)`).join(" ")} (result i32)
		(local $kept i32) (local $p i32) (local $v i32) (local $json i32) (local $o i32) (local $result i32)
		(if (i32.eqz (i32.and (call $isText (local.get $pattern)) (call $isText (local.get $value))))
			(then (return (i32.const 0))))
		(call $checkPattern (local.get $pattern))
		(call $enter)
		(local.set $kept (global.get $patterns))
		(local.set $p (call $bringText (local.get $pattern)))
		(local.set $v (call $bringText (local.get $value)))
		${other === undefined ? "" : bring(other)}
		(local.set $result ${call})
		${other === undefined ? "" : "(call $valueFree (local.get $o)) (call $free (local.get $json))"}
		(call $valueFree (local.get $v))
		(call $valueFree (local.get $p))
		(if (i32.eqz (local.get $result)) (then (global.set $patterns (local.get $kept))))
		(call ${take} (local.get $result)))`;
}

/** OPA's numbers read as JSON stay in its text, which is freed with them. */
function bring(param: string): string {
	return `(local.set $json (call $bringJson (local.get ${param})))
		(local.set $o (call $parse (local.get $json) (call $size (local.get $json))))`;
}
