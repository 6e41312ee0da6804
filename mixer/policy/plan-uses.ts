import type { PlanOperand, PlanStatement } from "./plan.ts";

/** What a statement does with locals that needs no following. */
export interface PlanUses {
	/** Looked into, compared or put into something made: read whole. */
	readonly reads: readonly PlanOperand[];
	/** The local that holds something made by the policy afterwards. */
	readonly makes?: number;
}

/** The plain uses of a statement. What passes a value on, such as a variable or a call, is plan-analysis.ts' own. */
export function usesOf({ type, stmt }: PlanStatement): PlanUses {
	switch (type) {
		case "EqualStmt":
		case "NotEqualStmt":
			return { reads: [stmt.a, stmt.b] };
		case "ObjectInsertStmt":
		case "ObjectInsertOnceStmt":
			return { reads: [stmt.key, stmt.value] };
		case "ArrayAppendStmt":
		case "SetAddStmt":
			return { reads: [stmt.value] };
		case "IsArrayStmt":
		case "IsObjectStmt":
		case "IsSetStmt":
			return { reads: [stmt.source] };
		case "LenStmt":
			return { reads: [stmt.source], makes: stmt.target };
		case "ObjectMergeStmt":
			return { reads: [localOperand(stmt.a), localOperand(stmt.b)], makes: stmt.target };
		case "ResultSetAddStmt":
			return { reads: [localOperand(stmt.value)] };
		case "ScanStmt":
			return { reads: [localOperand(stmt.source)] };
		case "DotStmt":
			return { reads: [stmt.key] };
		case "CallDynamicStmt":
			return { reads: stmt.path };
		case "AssignIntStmt":
		case "MakeNullStmt":
		case "MakeNumberIntStmt":
		case "MakeNumberRefStmt":
		case "MakeObjectStmt":
		case "MakeSetStmt":
			return { reads: [], makes: stmt.target };
		case "AssignVarOnceStmt":
		case "AssignVarStmt":
		case "BlockStmt":
		case "BreakStmt":
		case "CallStmt":
		case "MakeArrayStmt":
		case "NopStmt":
		case "NotStmt":
		case "ResetLocalStmt":
		case "ReturnLocalStmt":
		case "WithStmt":
			return { reads: [] };
		// Whether a place is there was recorded when the local was made.
		case "IsDefinedStmt":
		case "IsUndefinedStmt":
			return { reads: [] };
	}
}

function localOperand(local: number): PlanOperand {
	return { type: "local", value: local };
}
