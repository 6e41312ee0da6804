import { WasmReader, WasmWriter } from "./wasm-bytes.ts";
import { copyExpression, type IndexMaps } from "./wasm-code.ts";

/** What can be imported and exported, by its number in the format. */
export const kinds = { func: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;

export type Kind = keyof typeof kinds;

const kindNames = ["func", "table", "memory", "global", "tag"] as const satisfies readonly Kind[];

export interface WasmImport {
	readonly module: string;
	readonly name: string;
	readonly kind: Kind;
	/** Of a function or a tag. */
	readonly type: number;
	/** Of anything else: its description as it is. */
	readonly description: Uint8Array;
}

export interface WasmExport {
	readonly name: string;
	readonly kind: Kind;
	readonly index: number;
}

/** A part of a table filled with functions. */
export interface WasmElements {
	readonly table: number;
	readonly offset: Uint8Array;
	readonly functions: readonly number[];
}

/** Bytes that a memory begins with. */
export interface WasmData {
	readonly memory: number;
	/** Undefined for bytes that memory.init brings. */
	readonly offset: Uint8Array | undefined;
	readonly bytes: Uint8Array;
}

/** A module, taken apart as far as linking needs it. Custom sections, names among them, are left out. */
export interface WasmModule {
	readonly types: Uint8Array[];
	readonly imports: WasmImport[];
	/** The types of the functions defined here; their bodies are in `bodies`. */
	readonly functions: number[];
	readonly tables: Uint8Array[];
	readonly memories: Uint8Array[];
	readonly tags: number[];
	readonly globals: { readonly type: Uint8Array; readonly init: Uint8Array }[];
	readonly exports: WasmExport[];
	start: number | undefined;
	readonly elements: WasmElements[];
	readonly bodies: Uint8Array[];
	readonly data: WasmData[];
}

const HEADER_BYTES = 8;
/** The part of a name section that has the functions'. */
const FUNCTION_NAMES = 1;

const same = (index: number) => index;
const sameIndices: IndexMaps = {
	type: same,
	func: same,
	table: same,
	memory: same,
	global: same,
	tag: same,
	data: same,
};

/** Takes a module apart. @throws where it has what is not known here. */
export function parseWasm(bytes: Uint8Array): WasmModule {
	const module: WasmModule = {
		types: [],
		imports: [],
		functions: [],
		tables: [],
		memories: [],
		tags: [],
		globals: [],
		exports: [],
		start: undefined,
		elements: [],
		bodies: [],
		data: [],
	};
	const reader = new WasmReader(bytes);
	reader.take(HEADER_BYTES);
	while (!reader.done) {
		const id = reader.byte();
		parseSection(module, id, new WasmReader(reader.sized()));
	}
	return module;
}

/** The content of a custom section; undefined where there is none of that name. */
export function customSection(bytes: Uint8Array, name: string): Uint8Array | undefined {
	const reader = new WasmReader(bytes);
	reader.take(HEADER_BYTES);
	while (!reader.done) {
		const id = reader.byte();
		const section = new WasmReader(reader.sized());
		if (id === 0 && section.name() === name) return section.bytes.subarray(section.at);
	}
	return undefined;
}

/** The names that a module has for its functions, by their numbers; empty where it names none. */
export function functionNames(bytes: Uint8Array): ReadonlyMap<number, string> {
	const names = new WasmReader(customSection(bytes, "name") ?? new Uint8Array());
	while (!names.done) {
		const isOfFunctions = names.byte() === FUNCTION_NAMES;
		const part = new WasmReader(names.sized());
		if (isOfFunctions) return new Map(part.list(() => [part.unsigned(), part.name()] as const));
	}
	return new Map();
}

function parseSection(module: WasmModule, id: number, section: WasmReader): void {
	const each = <Item>(items: Item[], read: () => Item) => void items.push(...section.list(read));
	const readers: Readonly<Record<number, () => void>> = {
		1: () => each(module.types, () => readType(section)),
		2: () => each(module.imports, () => readImport(section)),
		3: () => each(module.functions, () => section.unsigned()),
		4: () => each(module.tables, () => readTable(section)),
		5: () => each(module.memories, () => readLimits(section)),
		6: () => each(module.globals, () => ({ type: section.take(2), init: readExpression(section) })),
		7: () => each(module.exports, () => readExport(section)),
		8: () => {
			module.start = section.unsigned();
		},
		9: () => each(module.elements, () => readElements(section)),
		10: () => each(module.bodies, () => section.sized()),
		11: () => each(module.data, () => readData(section)),
		13: () => each(module.tags, () => readTag(section)),
	};
	readers[id]?.();
}

function readType(reader: WasmReader): Uint8Array {
	const start = reader.at;
	if (reader.byte() !== 0x60) throw new Error("the WebAssembly module has a type that is no function's");
	reader.sized();
	reader.sized();
	return reader.bytes.subarray(start, reader.at);
}

function readImport(reader: WasmReader): WasmImport {
	const [module, name] = [reader.name(), reader.name()];
	const kind = readKind(reader);
	if (kind === "func") return { module, name, kind, type: reader.unsigned(), description: new Uint8Array() };
	if (kind === "tag") return { module, name, kind, type: readTag(reader), description: new Uint8Array() };
	const read = { table: () => readTable(reader), memory: () => readLimits(reader), global: () => reader.take(2) };
	return { module, name, kind, type: 0, description: read[kind]() };
}

function readKind(reader: WasmReader): Kind {
	const kind = kindNames[reader.byte()];
	if (kind === undefined) throw new Error("the WebAssembly module has an import or export of an unknown kind");
	return kind;
}

function readExport(reader: WasmReader): WasmExport {
	return { name: reader.name(), kind: readKind(reader), index: reader.unsigned() };
}

function readTag(reader: WasmReader): number {
	reader.byte();
	return reader.unsigned();
}

function readTable(reader: WasmReader): Uint8Array {
	const start = reader.at;
	reader.byte();
	readLimits(reader);
	return reader.bytes.subarray(start, reader.at);
}

function readLimits(reader: WasmReader): Uint8Array {
	const start = reader.at;
	const hasMaximum = reader.byte() === 1;
	reader.leb();
	if (hasMaximum) reader.leb();
	return reader.bytes.subarray(start, reader.at);
}

function readExpression(reader: WasmReader): Uint8Array {
	const start = reader.at;
	copyExpression(reader, new WasmWriter(), sameIndices);
	return reader.bytes.subarray(start, reader.at);
}

function readElements(reader: WasmReader): WasmElements {
	const form = reader.unsigned();
	if (form !== 0 && form !== 2)
		throw new Error(`the WebAssembly module fills a table in a way not known here: ${form}`);
	const table = form === 2 ? reader.unsigned() : 0;
	const offset = readExpression(reader);
	if (form === 2) reader.byte();
	return { table, offset, functions: reader.list(() => reader.unsigned()) };
}

function readData(reader: WasmReader): WasmData {
	const form = reader.unsigned();
	const memory = form === 2 ? reader.unsigned() : 0;
	const offset = form === 1 ? undefined : readExpression(reader);
	return { memory, offset, bytes: reader.sized() };
}
