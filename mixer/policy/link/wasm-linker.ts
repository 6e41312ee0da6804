import { WasmReader, WasmWriter } from "./wasm-bytes.ts";
import { copyExpression, type IndexMaps } from "./wasm-code.ts";
import { type Kind, kinds, type WasmModule } from "./wasm-module.ts";
import { type LiveFunction, type Place, WasmPlaces } from "./wasm-places.ts";

/** A module by the name that the others import it by. */
export interface WasmPart {
	readonly name: string;
	readonly module: WasmModule;
	/** Whether each of its functions and each round of its loops calls the meter. */
	readonly metered?: boolean;
	/** Functions of its own whose calls in it go elsewhere, by number: to an export of a part. */
	readonly redirected?: ReadonlyMap<number, { readonly part: string; readonly name: string }>;
}

export interface JoinOptions {
	readonly parts: readonly WasmPart[];
	/** The exports that stay; of equal names the first part's. Functions that nothing calls any more go. */
	readonly stays: (name: string) => boolean;
	/**
	 * Functions that a part exports, without results: where a function begins and where it ends, each with what its frame
	 * takes of the stack in bytes, and in loops, without parameters.
	 */
	readonly meter?: { readonly part: string; readonly enter: string; readonly leave: string; readonly round: string };
	readonly checks?: readonly WasmCheck[];
}

/** A function that tells a parameter to another one before it does anything. */
export interface WasmCheck {
	readonly of: Exported;
	readonly parameter: number;
	readonly by: Exported;
	/** Called, without parameters, where `by` answers other than 0: what it returns is returned, and nothing else done. */
	readonly answer?: Exported;
}

/** What a part exports by this name. */
interface Exported {
	readonly part: string;
	readonly name: string;
}

const HEADER = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const BLOCK = 0x02;
const IF = 0x04;
const RETURN = 0x0f;
const END = 0x0b;
const CALL = 0x10;
const LOCAL_GET = 0x20;
const I32_CONST = 0x41;
/** What V8's first compiler gives a function's frame: a place for each parameter and local, and what calling takes. */
const LOCAL_BYTES = 8;
const CALL_BYTES = 96;
const NO_RESULT = 0x40;

/**
 * Joins modules into one: what one imports under another's name is that one's export; other imports stay open. The work
 * of binaryen's wasm-merge in a hundredth of its time, and of its log-execution pass on the way.
 */
export function joinWasm(options: JoinOptions): Uint8Array {
	return new Join(options).emit();
}

/** What a function's body gets beside what it has. */
interface Additions {
	/** Which parameters are told to which functions first. */
	readonly checks: readonly { readonly parameter: number; readonly by: number; readonly answer: number | undefined }[];
	readonly metered?: Metered;
}

/** A function to be metered. */
interface Metered {
	readonly parameters: number;
	/** As a block's type. */
	readonly result: number;
}

function frameOf({ parameters }: Metered): number {
	return CALL_BYTES + parameters * LOCAL_BYTES;
}

class Join {
	readonly #options: JoinOptions;
	readonly #places: WasmPlaces;
	readonly #meter: { readonly enter: number; readonly leave: number; readonly round: number } | undefined;
	readonly #checks: readonly (Additions["checks"][number] & { readonly of: LiveFunction })[];
	readonly #types = new Map<string, { index: number; bytes: Uint8Array }>();
	readonly #exports: { name: string; kind: Kind; place: Place }[] = [];

	constructor(options: JoinOptions) {
		this.#options = options;
		this.#places = new WasmPlaces(options.parts);
		const { parts, stays, meter, checks = [] } = options;
		const taken = new Set<string>();
		for (const [part, { module }] of parts.entries()) {
			for (const { name, kind, index } of module.exports) {
				if (!stays(name) || taken.has(name)) continue;
				taken.add(name);
				this.#exports.push({ name, kind, place: { part, index } });
			}
		}
		const place = (name: string) => this.#places.exported(meter?.part ?? "", name);
		const places = meter && { enter: place(meter.enter), leave: place(meter.leave), round: place(meter.round) };
		const exported = ({ part, name }: Exported) => this.#places.exported(part, name);
		this.#findLive([
			...Object.values(places ?? {}),
			...checks.flatMap(({ by, answer }) => [by, ...(answer ? [answer] : [])].map(exported)),
		]);
		const number = (at: Place) => this.#places.number("func", at);
		this.#meter = places && { enter: number(places.enter), leave: number(places.leave), round: number(places.round) };
		this.#checks = checks.map(({ of, parameter, by, answer }) => ({
			of: this.#places.definedAt(exported(of)),
			parameter,
			by: number(exported(by)),
			answer: answer && number(exported(answer)),
		}));
	}

	emit(): Uint8Array {
		const out = new WasmWriter();
		out.raw(HEADER);
		// The bodies come last but have types to tell of.
		const code = this.#code();
		const others: readonly (readonly [id: number, content: Uint8Array])[] = [
			[2, this.#imports()],
			[
				3,
				this.#list(this.#places.liveFunctions(), ({ part, defined }, to) => to.unsigned(this.#typeOf(part, defined))),
			],
			[4, this.#defined("tables", (table, _part, to) => to.raw(table))],
			[5, this.#defined("memories", (memory, _part, to) => to.raw(memory))],
			[13, this.#defined("tags", (type, part, to) => this.#tag(part, type, to))],
			[6, this.#defined("globals", (global, part, to) => this.#global(global, part, to))],
			[7, this.#list(this.#exports, (each, to) => this.#export(each, to))],
			[8, this.#start()],
			[9, this.#defined("elements", (elements, part, to) => this.#elements(elements, part, to))],
			[12, this.#dataCount()],
			[10, code],
			[11, this.#defined("data", (data, part, to) => this.#data(data, part, to))],
		];
		const types = this.#list([...this.#types.values()], ({ bytes }, to) => to.raw(bytes));
		for (const [id, content] of [[1, types] as const, ...others]) {
			if (content.length === 0 || (content.length === 1 && content[0] === 0 && id !== 8)) continue;
			out.byte(id);
			out.sized(content);
		}
		return out.bytes.slice();
	}

	/** Everything reached from what stays. */
	#findLive(meter: readonly Place[]): void {
		const queue: Place[] = [...meter];
		queue.push(...this.#exports.filter(({ kind }) => kind === "func").map(({ place }) => place));
		const seenIn = (part: number) => ({
			...this.#maps(part),
			func: (index: number) => queue.push(this.#place(part, index)),
		});
		for (const [part, { module }] of this.#options.parts.entries()) {
			const indices = [...module.elements.flatMap(({ functions }) => functions)];
			if (module.start !== undefined) indices.push(module.start);
			queue.push(...indices.map((index) => this.#place(part, index)));
			for (const { init } of module.globals) copyExpression(new WasmReader(init), new WasmWriter(), seenIn(part));
		}
		for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
			const found = this.#places.markLive(next);
			if (found !== undefined) this.#copyBody(found.body, seenIn(found.part), new WasmWriter());
		}
		this.#places.settle();
	}

	#maps(part: number): IndexMaps {
		const number = (kind: Kind) => (index: number) => this.#places.number(kind, { part, index });
		return {
			type: (index) => this.#type(part, index),
			func: (index) => this.#places.number("func", this.#place(part, index)),
			table: number("table"),
			memory: number("memory"),
			global: number("global"),
			tag: number("tag"),
			data: (index) => index + this.#places.dataBefore(part),
		};
	}

	/** Where a function is that a part calls by this number. */
	#place(part: number, index: number): Place {
		const elsewhere = this.#options.parts[part]?.redirected?.get(index);
		return elsewhere === undefined ? { part, index } : this.#places.exported(elsewhere.part, elsewhere.name);
	}

	/** The types of all parts, each once. */
	#type(part: number, index: number): number {
		const bytes = this.#options.parts[part]?.module.types[index] ?? new Uint8Array();
		const key = Buffer.from(bytes).toString("hex");
		const known = this.#types.get(key);
		if (known !== undefined) return known.index;
		this.#types.set(key, { index: this.#types.size, bytes });
		return this.#types.size - 1;
	}

	#typeOf(part: number, defined: number): number {
		return this.#type(part, this.#options.parts[part]?.module.functions[defined] ?? 0);
	}

	#code(): Uint8Array {
		return this.#list(this.#places.liveFunctions(), ({ part, defined, body }, to) => {
			const copy = new WasmWriter();
			const checks = this.#checks.filter(({ of }) => of.part === part && of.defined === defined);
			const isMetered = this.#meter !== undefined && this.#options.parts[part]?.metered === true;
			const metered = isMetered ? { metered: this.#meteredAs(part, defined) } : {};
			this.#copyBody(body, this.#maps(part), copy, { checks, ...metered });
			to.sized(copy.bytes);
		});
	}

	#meteredAs(part: number, defined: number): Metered {
		const module = this.#options.parts[part]?.module;
		const type = new WasmReader(module?.types[module.functions[defined] ?? 0] ?? new Uint8Array());
		type.byte();
		const parameters = type.list(() => type.byte()).length;
		const [result = NO_RESULT, ...more] = type.list(() => type.byte());
		if (more.length > 0) throw new Error("the WebAssembly module has a function of several results");
		return { parameters, result };
	}

	/** A metered body stands in a block. What a check answers is returned before anything is metered. */
	#copyBody(body: Uint8Array, maps: IndexMaps, to: WasmWriter, { checks, metered }: Additions = { checks: [] }): void {
		const from = new WasmReader(body);
		const locals = from.list(() => [from.unsigned(), from.byte()] as const);
		to.list(locals, ([count, type]) => {
			to.unsigned(count);
			to.byte(type);
		});
		const meter = metered && this.#meter;
		const frameBytes = metered ? locals.reduce((sum, [count]) => sum + count * LOCAL_BYTES, frameOf(metered)) : 0;
		const call = (index: number) => {
			to.byte(CALL);
			to.unsigned(index);
		};
		const tell = (index: number) => {
			to.byte(I32_CONST);
			to.signed(frameBytes);
			call(index);
		};
		for (const { parameter, by, answer } of checks) {
			to.byte(LOCAL_GET);
			to.unsigned(parameter);
			call(by);
			if (answer === undefined) continue;
			to.raw(Uint8Array.of(IF, NO_RESULT));
			call(answer);
			to.raw(Uint8Array.of(RETURN, END));
		}
		if (meter) tell(meter.enter);
		if (!meter || !metered) {
			copyExpression(from, to, maps);
			return;
		}
		to.byte(BLOCK);
		to.byte(metered.result);
		copyExpression(from, to, maps, { atLoop: () => call(meter.round) });
		tell(meter.leave);
		to.byte(END);
	}

	#expression(expression: Uint8Array, part: number, to: WasmWriter): void {
		copyExpression(new WasmReader(expression), to, this.#maps(part));
	}

	#imports(): Uint8Array {
		return this.#list(this.#places.openImports(), ({ part, imported }, to) => {
			to.name(imported.module);
			to.name(imported.name);
			to.byte(kinds[imported.kind]);
			if (imported.kind === "func") to.unsigned(this.#type(part, imported.type));
			else if (imported.kind === "tag") this.#tag(part, imported.type, to);
			else to.raw(imported.description);
		});
	}

	#tag(part: number, type: number, to: WasmWriter): void {
		to.byte(0);
		to.unsigned(this.#type(part, type));
	}

	#global(global: WasmModule["globals"][number], part: number, to: WasmWriter): void {
		to.raw(global.type);
		this.#expression(global.init, part, to);
	}

	#export({ name, kind, place }: { name: string; kind: Kind; place: Place }, to: WasmWriter): void {
		to.name(name);
		to.byte(kinds[kind]);
		to.unsigned(this.#places.number(kind, place));
	}

	#start(): Uint8Array {
		const starts = this.#options.parts.flatMap(({ module: { start: index } }, part) =>
			index === undefined ? [] : [{ part, index }],
		);
		if (starts.length > 1) throw new Error("two of the WebAssembly modules want to be started");
		const out = new WasmWriter();
		for (const start of starts) out.unsigned(this.#places.number("func", start));
		return out.bytes;
	}

	#elements({ table, offset, functions }: WasmModule["elements"][number], part: number, to: WasmWriter): void {
		const number = this.#places.number("table", { part, index: table });
		to.unsigned(number === 0 ? 0 : 2);
		if (number !== 0) to.unsigned(number);
		this.#expression(offset, part, to);
		if (number !== 0) to.byte(0);
		to.list(functions, (index) => to.unsigned(this.#places.number("func", this.#place(part, index))));
	}

	#data({ memory, offset, bytes }: WasmModule["data"][number], part: number, to: WasmWriter): void {
		const number = offset === undefined ? 0 : this.#places.number("memory", { part, index: memory });
		to.unsigned(offset === undefined ? 1 : number === 0 ? 0 : 2);
		if (number !== 0) to.unsigned(number);
		if (offset !== undefined) this.#expression(offset, part, to);
		to.sized(bytes);
	}

	#dataCount(): Uint8Array {
		const out = new WasmWriter();
		out.unsigned(this.#places.dataBefore(this.#options.parts.length));
		return out.bytes;
	}

	#list<Item>(items: readonly Item[], write: (item: Item, to: WasmWriter) => void): Uint8Array {
		const out = new WasmWriter();
		out.list(items, (item) => write(item, out));
		return out.bytes;
	}

	/** What all parts define of a kind, one part after the other. */
	#defined<Section extends "tables" | "memories" | "tags" | "globals" | "elements" | "data">(
		section: Section,
		write: (item: WasmModule[Section][number], part: number, to: WasmWriter) => void,
	): Uint8Array {
		const items = this.#options.parts.flatMap(({ module }, part) => {
			const defined: readonly WasmModule[Section][number][] = module[section];
			return defined.map((item) => ({ item, part }));
		});
		return this.#list(items, ({ item, part }, to) => write(item, part, to));
	}
}
