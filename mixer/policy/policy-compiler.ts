import { MixerError } from "../error.ts";
import type { Asker, CompiledModule, CompileOptions } from "./compile.ts";
import { compileModule, compilePlan } from "./compile.ts";
import type { Plan } from "./plan.ts";

/** Compiles one configuration's sources as they are now, each set of entrypoints once. */
export class PolicyCompiler {
	readonly #options: CompileOptions;
	readonly #always: readonly Asker[];
	readonly #modules = new Map<string, Promise<CompiledModule>>();
	#plan: Promise<Plan> | undefined;
	#isClosed = false;

	/** @param always those whose entrypoints are in every module. */
	constructor(options: CompileOptions, always: readonly Asker[]) {
		this.#options = options;
		this.#always = always;
	}

	/** See compileModule. @throws MixerError "unavailable" where it is closed and was not asked for that before. */
	async module(askers: readonly Asker[]): Promise<CompiledModule> {
		const all = [...askers, ...this.#always];
		const key = [...new Set(all.map(({ entrypoint }) => entrypoint))].sort().join("\n");
		const known = this.#modules.get(key);
		if (known !== undefined) return known;
		if (this.#isClosed) throw new MixerError("unavailable", "the Policies have to be compiled anew");
		const compiled = compileModule({ ...this.#options, askers: all });
		this.#modules.set(key, compiled);
		return compiled;
	}

	/** See compilePlan: of the askers of the first call. */
	plan(askers: readonly Asker[]): Promise<Plan> {
		this.#plan ??= compilePlan({ ...this.#options, askers: [...askers, ...this.#always] });
		return this.#plan;
	}

	/** From now on the files may be others than those that were compiled. */
	close(): void {
		this.#isClosed = true;
	}
}
