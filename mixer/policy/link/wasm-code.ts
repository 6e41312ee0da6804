import type { WasmReader, WasmWriter } from "./wasm-bytes.ts";

/** New numbers for those that instructions name things by. */
export interface IndexMaps {
	readonly type: (index: number) => number;
	readonly func: (index: number) => number;
	readonly table: (index: number) => number;
	readonly memory: (index: number) => number;
	readonly global: (index: number) => number;
	readonly tag: (index: number) => number;
	readonly data: (index: number) => number;
}

/** What stands behind an opcode; `label` is a number that stays. */
type Immediate = keyof IndexMaps | "label" | "block" | "memarg" | "labels" | "types" | "f32" | "f64";

/** What is done on the way. */
export interface Metering {
	/** Called behind the head of each loop. */
	readonly atLoop: () => void;
}

const RETURN = 0x0f;
const BRANCH = 0x0c;
const END = 0x0b;
const LOOP = 0x03;
const DELEGATE = 0x18;
/** block, loop, if, try. */
const opening: ReadonlySet<number> = new Set([0x02, LOOP, 0x04, 0x06]);

/** In a memarg's flags: another memory than the first follows. */
const HAS_MEMORY = 0x40;
/** A block's type: from here on a byte is a result's type or none, and not a number of a type. */
const VALUE_TYPE = 0x40;

/** The opcodes that something stands behind; ranges without are in `isPlain`. */
const immediates: Readonly<Record<number, readonly Immediate[]>> = {
	2: ["block"],
	3: ["block"],
	4: ["block"],
	6: ["block"],
	7: ["tag"],
	8: ["tag"],
	9: ["label"],
	12: ["label"],
	13: ["label"],
	14: ["labels", "label"],
	16: ["func"],
	17: ["type", "table"],
	18: ["func"],
	19: ["type", "table"],
	24: ["label"],
	28: ["types"],
	32: ["label"],
	33: ["label"],
	34: ["label"],
	35: ["global"],
	36: ["global"],
	37: ["table"],
	38: ["table"],
	63: ["memory"],
	64: ["memory"],
	65: ["label"],
	66: ["label"],
	67: ["f32"],
	68: ["f64"],
	208: ["label"],
	210: ["func"],
};

/** Behind the prefix 0xfc: memory.init, data.drop, memory.copy, memory.fill, table.grow, table.size, table.fill. */
const prefixed: Readonly<Record<number, readonly Immediate[]>> = {
	8: ["data", "memory"],
	9: ["data"],
	10: ["memory", "memory"],
	11: ["memory"],
	15: ["table"],
	16: ["table"],
	17: ["table"],
};
const PREFIX = 0xfc;
/** Up to here the prefix is of conversions. */
const LAST_CONVERSION = 7;

/**
 * Copies an expression up to its end, with new numbers. Knows WebAssembly 1 with bulk memory, several memories, tables'
 * references and exceptions in their first encoding: what OPA and AssemblyScript write.
 *
 * @param metering where the copy stands in a block of its own, which a return leaves.
 * @throws where there is an instruction of another kind.
 */
export function copyExpression(from: WasmReader, to: WasmWriter, maps: IndexMaps, metering?: Metering): void {
	for (let depth = 1; depth > 0; ) {
		const opcode = from.byte();
		if (opcode === RETURN && metering !== undefined) {
			to.byte(BRANCH);
			to.unsigned(depth - 1);
			continue;
		}
		to.byte(opcode);
		if (opening.has(opcode)) depth++;
		else if (opcode === END || opcode === DELEGATE) depth--;
		if (isPlain(opcode)) continue;
		for (const immediate of immediatesOf(opcode, from, to)) copyImmediate(immediate, from, to, maps);
		if (opcode === LOOP) metering?.atLoop();
	}
}

/** unreachable, nop, else, end, return, catch_all, drop, select; comparisons, arithmetic, conversions. */
function isPlain(opcode: number): boolean {
	const isControl = opcode < 2 || opcode === 5 || opcode === END || opcode === 15 || opcode === 25;
	return isControl || opcode === 26 || opcode === 27 || (opcode >= 69 && opcode <= 196) || opcode === 209;
}

function immediatesOf(opcode: number, from: WasmReader, to: WasmWriter): readonly Immediate[] {
	if (opcode >= 40 && opcode <= 62) return ["memarg"];
	if (opcode !== PREFIX) return immediates[opcode] ?? unknown(opcode);
	const second = from.unsigned();
	to.unsigned(second);
	return second <= LAST_CONVERSION ? [] : (prefixed[second] ?? unknown(second));
}

function unknown(opcode: number): never {
	throw new Error(`the WebAssembly module has an instruction not known here: ${opcode}`);
}

function copyImmediate(immediate: Immediate, from: WasmReader, to: WasmWriter, maps: IndexMaps): void {
	switch (immediate) {
		case "label":
			to.raw(from.leb());
			break;
		case "f32":
			to.raw(from.take(4));
			break;
		case "f64":
			to.raw(from.take(8));
			break;
		case "types":
			to.sized(from.sized());
			break;
		case "labels":
			to.list(
				from.list(() => from.unsigned()),
				(label) => to.unsigned(label),
			);
			break;
		case "block":
			copyBlockType(from, to, maps);
			break;
		case "memarg":
			copyMemarg(from, to, maps);
			break;
		default:
			to.unsigned(maps[immediate](from.unsigned()));
	}
}

function copyBlockType(from: WasmReader, to: WasmWriter, maps: IndexMaps): void {
	const first = from.bytes[from.at] ?? 0;
	if (first >= VALUE_TYPE && first < 0x80) to.byte(from.byte());
	else to.signed(maps.type(from.unsigned()));
}

function copyMemarg(from: WasmReader, to: WasmWriter, maps: IndexMaps): void {
	const flags = from.unsigned();
	const memory = maps.memory(flags & HAS_MEMORY ? from.unsigned() : 0);
	to.unsigned(memory === 0 ? flags & ~HAS_MEMORY : flags | HAS_MEMORY);
	if (memory !== 0) to.unsigned(memory);
	to.raw(from.leb());
}
