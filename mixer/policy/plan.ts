import { z } from "zod";
import { MixerError } from "../error.ts";

/**
 * OPA's plan: the intermediate form that policy.wasm is compiled from (openpolicyagent.org/docs/ir), so that what it
 * reads is what the module reads. Locals are numbers; 0 is `input` and 1 is `data` wherever a function starts.
 */
const Operand = z.discriminatedUnion("type", [
	z.object({ type: z.literal("local"), value: z.number() }),
	z.object({ type: z.literal("bool"), value: z.boolean() }),
	z.object({ type: z.literal("string_index"), value: z.number() }),
]);

const Block = z.object({
	get stmts() {
		return z.array(Statement);
	},
});

/** Where a statement comes from; row 0 where the planner made it up. */
const place = { file: z.number(), row: z.number(), col: z.number() };

function statement<Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) {
	return z.object({ type: z.literal(type), stmt: z.object({ ...place, ...shape }) });
}

const local = z.number();
const made = { target: local };

const Statement = z.discriminatedUnion("type", [
	statement("ArrayAppendStmt", { value: Operand, array: local }),
	statement("AssignIntStmt", made),
	statement("AssignVarOnceStmt", { source: Operand, target: local }),
	statement("AssignVarStmt", { source: Operand, target: local }),
	z.object({
		type: z.literal("BlockStmt"),
		stmt: z.object({
			...place,
			get blocks() {
				return z.array(Block).nullable();
			},
		}),
	}),
	statement("BreakStmt", {}),
	statement("CallDynamicStmt", { args: z.array(local), result: local, path: z.array(Operand) }),
	statement("CallStmt", { func: z.string(), args: z.array(Operand).nullable(), result: local }),
	statement("DotStmt", { source: Operand, key: Operand, target: local }),
	statement("EqualStmt", { a: Operand, b: Operand }),
	statement("IsArrayStmt", { source: Operand }),
	statement("IsDefinedStmt", { source: local }),
	statement("IsObjectStmt", { source: Operand }),
	statement("IsSetStmt", { source: Operand }),
	statement("IsUndefinedStmt", { source: local }),
	statement("LenStmt", { source: Operand, target: local }),
	statement("MakeArrayStmt", made),
	statement("MakeNullStmt", made),
	statement("MakeNumberIntStmt", { ...made, value: z.number() }),
	/** The number's text is a static string. */
	statement("MakeNumberRefStmt", { ...made, index: z.number() }),
	statement("MakeObjectStmt", made),
	statement("MakeSetStmt", made),
	statement("NopStmt", {}),
	statement("NotEqualStmt", { a: Operand, b: Operand }),
	z.object({
		type: z.literal("NotStmt"),
		stmt: z.object({
			...place,
			get block() {
				return Block;
			},
		}),
	}),
	statement("ObjectInsertOnceStmt", { key: Operand, value: Operand, object: local }),
	statement("ObjectInsertStmt", { key: Operand, value: Operand, object: local }),
	statement("ObjectMergeStmt", { a: local, b: local, target: local }),
	statement("ResetLocalStmt", made),
	statement("ResultSetAddStmt", { value: local }),
	statement("ReturnLocalStmt", { source: local }),
	z.object({
		type: z.literal("ScanStmt"),
		stmt: z.object({
			...place,
			source: local,
			key: local,
			value: local,
			get block() {
				return Block;
			},
		}),
	}),
	statement("SetAddStmt", { value: Operand, set: local }),
	z.object({
		type: z.literal("WithStmt"),
		stmt: z.object({
			...place,
			local,
			/** Where in the local the value goes; none for the whole of it. */
			path: z.array(z.number()).nullable(),
			value: Operand,
			get block() {
				return Block;
			},
		}),
	}),
]);

/** Left out, or null, where there are none. */
const Texts = z.array(z.object({ value: z.string() })).nullish();

const PlanFunction = z.object({
	name: z.string(),
	params: z.array(local),
	/** For a rule, its group and then its path below `data`. */
	path: z.array(z.string()).optional(),
	blocks: z.array(Block),
});

const PlanSchema = z.object({
	static: z.object({ strings: Texts, files: Texts }),
	plans: z.object({ plans: z.array(z.object({ name: z.string(), blocks: z.array(Block) })) }),
	funcs: z.object({ funcs: z.array(PlanFunction).nullable() }),
});

export type Plan = z.infer<typeof PlanSchema>;
export type PlanFunction = z.infer<typeof PlanFunction>;
export type PlanBlock = z.infer<typeof Block>;
export type PlanStatement = z.infer<typeof Statement>;
export type PlanOperand = z.infer<typeof Operand>;

/**
 * Reads plan.json.
 *
 * @throws MixerError "tool" where a statement is not known here: what it reads could not be told.
 */
export function parsePlan(text: string): Plan {
	const result = PlanSchema.safeParse(JSON.parse(text));
	if (result.success) return result.data;
	const issue = result.error.issues[0];
	const where = issue === undefined ? "" : `${issue.path.join(".")}: ${issue.message}`;
	throw new MixerError("tool", `this version of opa writes plans that sluice doesn't know (${where})`);
}
