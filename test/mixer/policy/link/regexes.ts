import {
	evaluatingExports,
	type LinkedEvaluation,
	LinkedInstance,
} from "../../../../mixer/policy/link/linked-instance.ts";
import { configuration } from "../../../support/filter-host.ts";
import { compileRego, type LinkedFilter, linkPolicy } from "../../../support/linked-filter.ts";

/** Of a form that a policy would have; JavaScript reads it alike. */
export const pathPattern = "^/(books|admin)(/[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?){0,3}$";

/** Every built-in that compiles a pattern, with what it is given taken from the input. */
export const regexRego = `package regexes

match := regex.match(input.pattern, input.value)

wildcard := glob.match(input.pattern, input.delimiters, input.value)

find := regex.find_all_string_submatch_n(input.pattern, input.value, input.number)

valid := regex.is_valid(input.pattern)

path := regex.match(\`${pathPattern}\`, input.value)

matching := [pattern | some pattern in input.patterns; regex.match(pattern, input.value)]

long := regex.match("x$", data.long)

grow := count(numbers.range(1, 100000000))
`;

export const regexRules = ["match", "wildcard", "find", "valid", "path", "matching", "long", "grow"] as const;

export type RegexRule = (typeof regexRules)[number];

/** More than any pattern of a test takes to be compiled. */
const FUEL = 1_000_000_000;

/** What the tests call of a linked module. */
const kept = [...evaluatingExports, "policy_pages", "arena_bytes", "arena_drops"];

/** What opa makes of regexRego. */
export function compileRegexes(): Promise<Uint8Array> {
	const entrypoints = regexRules.map((rule) => `regexes/${rule}`);
	return compileRego({ modules: { "regexes.rego": regexRego }, entrypoints });
}

/** A module of opa's linked into the filter, which is started. */
export async function startLinked(
	policyWasm: Uint8Array,
	parts: { data?: object; extraPages?: number; builtins?: readonly string[] } = {},
): Promise<{ linked: LinkedFilter; instance: LinkedInstance }> {
	const linked = await linkPolicy({ policyWasm, keep: kept, ...parts });
	const module = new WebAssembly.Module(linked.module);
	const pluginConfig = JSON.stringify(configuration({ policies: [] }));
	const instance = new LinkedInstance({ module, vmConfig: linked.vmConfiguration, pluginConfig, now: () => 0 });
	return { linked, instance };
}

/** The rules of regexRego, linked. */
export class Regexes {
	readonly module: Uint8Array;
	readonly #instance: LinkedInstance;

	private constructor(module: Uint8Array, instance: LinkedInstance) {
		this.module = module;
		this.#instance = instance;
	}

	static async link(parts: { data?: object; extraPages?: number } = {}): Promise<Regexes> {
		const { linked, instance } = await startLinked(await compileRegexes(), parts);
		return new Regexes(linked.module, instance);
	}

	evaluate(rule: RegexRule, input: object, fuel = FUEL): LinkedEvaluation {
		const entrypoint = this.#instance.entrypoints.get(`regexes/${rule}`) ?? -1;
		return this.#instance.evaluate(entrypoint, Buffer.from(JSON.stringify(input)), fuel);
	}

	/** How often everything in the arena was dropped. */
	get drops(): number {
		return this.#instance.call("arena_drops");
	}

	/** The pages of the policy's own memory and what the arena holds, after an evaluation that had fuel enough. */
	memory() {
		return { pages: this.#instance.call("policy_pages"), arenaBytes: this.#instance.call("arena_bytes") };
	}
}
