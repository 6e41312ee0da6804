import { MixerError } from "../error.ts";
import { builtinDemands } from "./builtin-demands.ts";
import type { Plan, PlanBlock, PlanFunction, PlanOperand, PlanStatement } from "./plan.ts";
import { appendItem, assign, assignMaybe, type Frame, insertField, type Locals, newFrame } from "./plan-frame.ts";
import { type InputRead, PlanReads, type SourcePlace } from "./plan-reads.ts";
import { usesOf } from "./plan-uses.ts";
import { below, constantSegments, joinFields, joinValues, nothing, type PlanValue, valueKey } from "./plan-value.ts";

const INPUT_LOCAL = 0;
const DATA_LOCAL = 1;

/** Most ways a plan's functions are called, by what is passed; far beyond any policy seen. */
const MAX_CALLS = 100_000;

/**
 * Follows an entrypoint's plan without an input: which places of the input can be read, which built-ins are called.
 * Every path of the evaluation is taken. A local that is a place of the input is followed through variables, calls of
 * the policy's own functions and object.get with a constant path; any other use reads the place whole, and so does a
 * key that is known only at run time. So the answer can be too wide, never too narrow.
 */
export function analysePlan(plan: Plan, entrypoint: string): PlanReads {
	return follow(plan, entrypoint, INPUT_LOCAL);
}

/** The same of the data that are no rules: which places below `data` an entrypoint can read. */
export function dataReadsOf(plan: Plan, entrypoint: string): readonly Pick<InputRead, "path" | "whole">[] {
	return follow(plan, entrypoint, DATA_LOCAL).inputs;
}

function follow(plan: Plan, entrypoint: string, local: number): PlanReads {
	const found = plan.plans.plans.find(({ name }) => name === entrypoint);
	if (found === undefined) throw new MixerError("tool", `opa build made no plan of ${entrypoint}`);
	const analysis = new PlanAnalysis(plan);
	analysis.run(found.blocks, new Map([[local, { paths: [[]] }]]));
	return analysis.reads;
}

class PlanAnalysis {
	readonly reads = new PlanReads();
	readonly #plan: Plan;
	readonly #functions: ReadonlyMap<string, PlanFunction>;
	/** Rego has no recursion, so an answer is always there before it is asked for again. */
	readonly #answers = new Map<string, PlanValue>();
	/** Functions within one another; 0 in the entrypoint's own blocks. */
	#calls = 0;

	constructor(plan: Plan) {
		this.#plan = plan;
		this.#functions = new Map((plan.funcs.funcs ?? []).map((func) => [func.name, func]));
	}

	run(blocks: readonly PlanBlock[], locals: Locals): PlanValue {
		const frame = newFrame(locals);
		this.#blocks(blocks, frame);
		return frame.returned ?? nothing;
	}

	/**
	 * A block may end anywhere, so after it a local is what it was before or anything they assigned.
	 * A loop's block is read once: the planner uses no local in a round that an earlier round assigned.
	 */
	#blocks(blocks: readonly PlanBlock[], frame: Frame): void {
		for (const block of blocks) {
			const inner = newFrame(new Map(frame.locals));
			for (const statement of block.stmts) this.#statement(statement, inner);
			if (inner.returned !== undefined) frame.returned = joinValues(frame.returned, inner.returned);
			for (const [local, value] of inner.assigned) assignMaybe(frame, local, value);
		}
	}

	#statement(statement: PlanStatement, frame: Frame): void {
		const { type, stmt } = statement;
		const { reads, makes } = usesOf(statement);
		for (const operand of reads) this.#readWhole(this.#value(operand, frame), stmt);
		if (makes !== undefined) assign(frame, makes, nothing);
		switch (type) {
			case "AssignVarStmt":
				assign(frame, stmt.target, this.#value(stmt.source, frame));
				break;
			case "AssignVarOnceStmt":
				assignMaybe(frame, stmt.target, this.#value(stmt.source, frame));
				break;
			case "DotStmt":
				assign(frame, stmt.target, this.#descend(this.#value(stmt.source, frame), this.#value(stmt.key, frame), stmt));
				break;
			case "MakeNumberRefStmt":
				assign(frame, stmt.target, { paths: [], numbers: [this.#text(stmt.index)] });
				break;
			case "MakeArrayStmt":
				assign(frame, stmt.target, { paths: [], constant: [] });
				break;
			case "ArrayAppendStmt":
				appendItem(frame, stmt.array, this.#value(stmt.value, frame));
				break;
			case "ObjectInsertStmt":
			case "ObjectInsertOnceStmt":
				this.#insert(stmt, frame);
				break;
			case "ObjectMergeStmt":
				assign(frame, stmt.target, this.#union(frame.locals.get(stmt.a), frame.locals.get(stmt.b)));
				break;
			case "CallStmt":
				assign(frame, stmt.result, this.#call(stmt, frame));
				break;
			case "CallDynamicStmt":
				assign(frame, stmt.result, this.#callDynamic(stmt.args, stmt.path, frame));
				break;
			case "ReturnLocalStmt":
				frame.returned = joinValues(frame.returned, frame.locals.get(stmt.source) ?? nothing);
				break;
			case "ResetLocalStmt":
				frame.locals.delete(stmt.target);
				break;
			case "ScanStmt":
				for (const local of [stmt.key, stmt.value]) assign(frame, local, nothing);
				this.#blocks([stmt.block], frame);
				break;
			case "BlockStmt":
				this.#blocks(stmt.blocks ?? [], frame);
				break;
			case "NotStmt":
				this.#blocks([stmt.block], frame);
				break;
			case "WithStmt":
				this.#with(stmt, frame);
				break;
		}
	}

	#value(operand: PlanOperand, frame: Frame): PlanValue {
		if (operand.type === "local") return frame.locals.get(operand.value) ?? nothing;
		if (operand.type === "bool") return nothing;
		return { paths: [], constant: this.#text(operand.value) };
	}

	#text(index: number): string {
		const text = this.#plan.static.strings?.[index]?.value;
		if (text === undefined) throw new MixerError("tool", `opa build wrote a plan without its string ${index}`);
		return text;
	}

	/** A key or a path of keys below a value; what is not known of it widens the read to what is. */
	#descend(source: PlanValue, key: PlanValue, at: Position): PlanValue {
		const { segments, complete } = constantSegments(key);
		const reached = below(source, segments);
		if (complete) this.#look(reached, at);
		else this.#readWhole(reached, at);
		return complete ? reached : nothing;
	}

	#call(stmt: { func: string; args: PlanOperand[] | null } & Position, frame: Frame): PlanValue {
		const args = (stmt.args ?? []).map((operand) => this.#value(operand, frame));
		const func = this.#functions.get(stmt.func);
		if (func !== undefined) return this.#enter(func, args);
		this.reads.builtin({ name: stmt.func, place: this.#place(stmt), ...builtinDemands(stmt.func, args) });
		const [object, key, otherwise] = args;
		if (stmt.func === "object.get" && object !== undefined && key !== undefined && otherwise !== undefined) {
			this.#readWhole(key, stmt);
			return joinValues(otherwise, this.#descend(object, key, stmt));
		}
		for (const arg of args) this.#readWhole(arg, stmt);
		return stmt.func === "object.union" ? this.#union(object, key) : nothing;
	}

	#union(a: PlanValue = nothing, b: PlanValue = nothing): PlanValue {
		const fields = joinFields(a, b);
		return { paths: [], ...(fields && { fields }) };
	}

	/** The entrypoint's own blocks make one object, the result, of which the decision is the only member. */
	#insert(stmt: { key: PlanOperand; value: PlanOperand; object: number } & Position, frame: Frame): void {
		const name = this.#value(stmt.key, frame).constant;
		const { fields, constant } = this.#value(stmt.value, frame);
		const place = this.#place(stmt);
		if (this.#calls === 0) this.reads.decision(fields);
		else if (typeof name === "string") {
			insertField(frame, stmt.object, name, typeof constant === "string" ? { place, constant } : { place });
		}
	}

	/** A rule chosen at run time: any whose path can be the one asked for. */
	#callDynamic(args: readonly number[], path: readonly PlanOperand[], frame: Frame): PlanValue {
		const asked = path.map((operand) => this.#value(operand, frame).constant);
		const values = args.map((local) => frame.locals.get(local) ?? nothing);
		let result: PlanValue | undefined;
		for (const func of this.#functions.values()) {
			if (func.params.length !== args.length) continue;
			const fits = (func.path ?? []).every((name, i) => asked[i] === undefined || asked[i] === name);
			if (fits) result = joinValues(result, this.#enter(func, values));
		}
		return result ?? nothing;
	}

	#enter(func: PlanFunction, args: readonly PlanValue[]): PlanValue {
		const key = JSON.stringify([func.name, args.map(valueKey)]);
		const before = this.#answers.get(key);
		if (before !== undefined) return before;
		if (this.#answers.size === MAX_CALLS) throw new MixerError("invalid", `${func.name} is called in too many ways`);
		this.#calls++;
		const answer = this.run(func.blocks, new Map(func.params.map((local, i) => [local, args[i] ?? nothing])));
		this.#calls--;
		this.#answers.set(key, answer);
		return answer;
	}

	/** Within the block the local is the value where the whole is replaced; a part replaced changes no place's name. */
	#with(
		stmt: { local: number; path: number[] | null; value: PlanOperand; block: PlanBlock } & Position,
		frame: Frame,
	): void {
		const before = frame.locals.get(stmt.local) ?? nothing;
		const value = this.#value(stmt.value, frame);
		const whole = (stmt.path ?? []).length === 0;
		if (whole) assign(frame, stmt.local, value);
		else this.#readWhole(value, stmt);
		this.#blocks([stmt.block], frame);
		assign(frame, stmt.local, before);
	}

	#look(value: PlanValue, at: Position): void {
		for (const path of value.paths) this.reads.input({ path, whole: false, place: this.#place(at) });
	}

	#readWhole(value: PlanValue, at: Position): void {
		for (const path of value.paths) this.reads.input({ path, whole: true, place: this.#place(at) });
	}

	#place({ file, row }: Position): SourcePlace {
		return { file: this.#plan.static.files?.[file]?.value ?? "", row };
	}
}

/** Where a statement stands in its source. */
interface Position {
	readonly file: number;
	readonly row: number;
}
