import type { Plan, PlanBlock, PlanOperand, PlanStatement } from "./plan.ts";

const DATA_LOCAL = 1;

/** A place below `data`: keys, and undefined for one that is known only at run time. */
type DataPath = readonly (string | number | undefined)[];

/**
 * References such as `data.codes[404]` where `data.codes` is an object with the key "404": opa takes the number for that
 * key, its module finds nothing. Only numbers that stand in the policy are seen.
 *
 * @returns a fault for each, with file and line.
 */
export function dataNumberKeys(plan: Plan, data: Uint8Array): readonly string[] {
	const references = new References(plan).all();
	if (references.length === 0) return [];
	const document: unknown = JSON.parse(Buffer.from(data).toString("utf8"));
	const missed = references.filter(({ path }) => isMissed(document, path));
	return missed.map(({ path, file, row }) => {
		const number = path.at(-1);
		return `${file}:${row}: ${show(path)}: a number is no key of an object in WebAssembly, write ["${number}"]`;
	});
}

interface Reference {
	/** Its last part is the number. */
	readonly path: DataPath;
	readonly file: string;
	readonly row: number;
}

class References {
	readonly #plan: Plan;
	readonly #found = new Map<string, Reference>();

	constructor(plan: Plan) {
		this.#plan = plan;
	}

	all(): readonly Reference[] {
		const { plans, funcs } = this.#plan;
		for (const { blocks } of [...plans.plans, ...(funcs.funcs ?? [])]) {
			this.#blocks(blocks, { paths: new Map([[DATA_LOCAL, []]]), numbers: new Map() });
		}
		return [...this.#found.values()];
	}

	#blocks(blocks: readonly PlanBlock[], known: Known): void {
		for (const { stmts } of blocks) for (const statement of stmts) this.#statement(statement, known);
	}

	/** A value that went through a variable is no reference to data any more, for opa neither. */
	#statement({ type, stmt }: PlanStatement, known: Known): void {
		switch (type) {
			case "MakeNumberIntStmt":
				known.numbers.set(stmt.target, stmt.value);
				break;
			case "MakeNumberRefStmt":
				known.numbers.set(stmt.target, Number(this.#text(stmt.index)));
				break;
			case "DotStmt":
				this.#descend(stmt, known);
				break;
			case "BlockStmt":
				this.#blocks(stmt.blocks ?? [], known);
				break;
			case "ScanStmt":
				this.#scan(stmt, known);
				break;
			case "NotStmt":
			case "WithStmt":
				this.#blocks([stmt.block], known);
				break;
		}
	}

	#scan({ source, value, block }: { source: number; value: number; block: PlanBlock }, known: Known): void {
		const above = known.paths.get(source);
		if (above !== undefined) known.paths.set(value, [...above, undefined]);
		this.#blocks([block], known);
	}

	#descend(stmt: { source: PlanOperand; key: PlanOperand; target: number; file: number; row: number }, known: Known) {
		const above = stmt.source.type === "local" ? known.paths.get(stmt.source.value) : undefined;
		if (above === undefined) return;
		const key = this.#key(stmt.key, known);
		const path = [...above, key];
		known.paths.set(stmt.target, path);
		if (typeof key !== "number") return;
		const file = this.#plan.static.files?.[stmt.file]?.value ?? "";
		this.#found.set(JSON.stringify([path, file, stmt.row]), { path, file, row: stmt.row });
	}

	#key(key: PlanOperand, { numbers }: Known): string | number | undefined {
		if (key.type === "string_index") return this.#text(key.value);
		return key.type === "local" ? numbers.get(key.value) : undefined;
	}

	#text(index: number): string | undefined {
		return this.#plan.static.strings?.[index]?.value;
	}
}

/** Of a function's locals: what places of data they are, and which numbers. */
interface Known {
	readonly paths: Map<number, DataPath>;
	readonly numbers: Map<number, number>;
}

function isMissed(value: unknown, [key, ...rest]: DataPath): boolean {
	if (typeof value !== "object" || value === null) return false;
	if (key === undefined) return Object.values(value).some((below) => isMissed(below, rest));
	if (rest.length === 0) return !Array.isArray(value) && Object.hasOwn(value, key);
	return Object.hasOwn(value, key) && isMissed(Object.entries(value).find(([name]) => name === String(key))?.[1], rest);
}

function show(path: DataPath): string {
	const parts = path.map((key) => (typeof key === "string" ? `.${key}` : `[${key ?? "_"}]`));
	return `data${parts.join("")}`;
}
