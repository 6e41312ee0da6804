import type { Kind, WasmImport, WasmModule } from "./wasm-module.ts";

/** Something in one of the parts, by the number it has there among its kind. */
export interface Place {
	readonly part: number;
	readonly index: number;
}

/** A function with its body. */
export interface LiveFunction {
	readonly part: number;
	/** Its number among those defined in the part. */
	readonly defined: number;
	readonly body: Uint8Array;
}

/** An import that no part answers: functions, and one memory. */
export interface OpenImport {
	readonly part: number;
	readonly imported: WasmImport;
}

interface Part {
	readonly name: string;
	readonly module: WasmModule;
}

/** Where what a part names really is, and which number it has in the joined module. */
export class WasmPlaces {
	readonly #parts: readonly Part[];
	readonly #imports: readonly Readonly<Record<Kind, readonly WasmImport[]>>[];
	readonly #live = new Map<string, LiveFunction>();
	readonly #open = new Map<string, OpenImport>();
	readonly #numbers = new Map<string, number>();
	#functions: readonly LiveFunction[] = [];
	/** The memory that stays to be given: the first of the joined module. */
	readonly #memory: OpenImport | undefined;

	constructor(parts: readonly Part[]) {
		this.#parts = parts;
		this.#imports = parts.map(({ module }) => byKind(module.imports));
		this.#memory = this.#imports
			.flatMap(({ memory }, part) => memory.map((_import, index) => this.#follow("memory", { part, index })))
			.find((real) => "imported" in real);
	}

	/** The export of a part. @throws where there is none. */
	exported(part: string, name: string): Place {
		const at = this.#parts.findIndex((candidate) => candidate.name === part);
		const found = this.#parts[at]?.module.exports.find((candidate) => candidate.name === name);
		if (found === undefined) throw new Error(`${part} exports no ${name}`);
		return { part: at, index: found.index };
	}

	/** Notes a function that stays; answers where its body is, the first time. */
	markLive(place: Place): LiveFunction | undefined {
		const real = this.#follow("func", place);
		if ("imported" in real) {
			this.#open.set(openKey(real.imported), this.#open.get(openKey(real.imported)) ?? real);
			return undefined;
		}
		const key = `${real.part} ${real.index}`;
		if (this.#live.has(key)) return undefined;
		const live = this.definedAt(real);
		this.#live.set(key, live);
		return live;
	}

	/** A function that a part defines. @throws where there is none. */
	definedAt({ part, index }: Place): LiveFunction {
		const defined = index - (this.#imports[part]?.func.length ?? 0);
		const body = this.#parts[part]?.module.bodies[defined];
		if (body === undefined) throw new Error(`a WebAssembly module calls a function ${index} that it has not`);
		return { part, defined, body };
	}

	/** Gives every function its number, once all that stay are known: first the open imports, then part after part. */
	settle(): void {
		const open = [...this.#open].sort(([a], [b]) => (a < b ? -1 : 1));
		this.#open.clear();
		for (const [at, [key, value]] of open.entries()) {
			this.#open.set(key, value);
			this.#numbers.set(key, at);
		}
		this.#functions = [...this.#live.values()].sort((a, b) => a.part - b.part || a.defined - b.defined);
		for (const [at, { part, defined }] of this.#functions.entries()) {
			const index = defined + (this.#imports[part]?.func.length ?? 0);
			this.#numbers.set(`${part} ${index}`, open.length + at);
		}
	}

	liveFunctions(): readonly LiveFunction[] {
		return this.#functions;
	}

	openImports(): readonly OpenImport[] {
		return [...this.#open.values(), ...(this.#memory ? [this.#memory] : [])];
	}

	/** Its number in the joined module. */
	number(kind: Kind, place: Place): number {
		const real = this.#follow(kind, place);
		if (kind === "func")
			return this.#numbers.get("imported" in real ? openKey(real.imported) : `${real.part} ${real.index}`) ?? 0;
		const memory = kind === "memory" ? this.#memory : undefined;
		if ("imported" in real) {
			if (memory && openKey(memory.imported) === openKey(real.imported)) return 0;
			throw new Error(`nothing gives the ${kind} ${openKey(real.imported)}`);
		}
		const before = this.#parts.slice(0, real.part).reduce((sum, { module }) => sum + definedOf(module, kind), 0);
		return (memory ? 1 : 0) + before + real.index - (this.#imports[real.part]?.[kind].length ?? 0);
	}

	/** How many pieces of data the parts before this one have. */
	dataBefore(part: number): number {
		return this.#parts.slice(0, part).reduce((sum, { module }) => sum + module.data.length, 0);
	}

	/** From import to export, as far as it goes. */
	#follow(kind: Kind, place: Place): Place | OpenImport {
		const imported = this.#imports[place.part]?.[kind][place.index];
		if (imported === undefined) return place;
		const part = this.#parts.findIndex(({ name }) => name === imported.module);
		const found = this.#parts[part]?.module.exports.find(({ name }) => name === imported.name);
		if (found === undefined || found.kind !== kind) return { part: place.part, imported };
		return this.#follow(kind, { part, index: found.index });
	}
}

function byKind(imports: readonly WasmImport[]): Record<Kind, readonly WasmImport[]> {
	const of = (kind: Kind) => imports.filter((imported) => imported.kind === kind);
	return { func: of("func"), table: of("table"), memory: of("memory"), global: of("global"), tag: of("tag") };
}

function openKey({ module, name }: WasmImport): string {
	return `${module}.${name}`;
}

function definedOf(module: WasmModule, kind: Kind): number {
	switch (kind) {
		case "func":
			return module.functions.length;
		case "table":
			return module.tables.length;
		case "memory":
			return module.memories.length;
		case "global":
			return module.globals.length;
		case "tag":
			return module.tags.length;
	}
}
