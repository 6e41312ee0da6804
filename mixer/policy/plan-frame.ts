import { joinValues, nothing, type ObjectField, type PlanValue } from "./plan-value.ts";

export type Locals = Map<number, PlanValue>;

/** One block or call of a plan: what its locals are now, what they were ever assigned, what it may return. */
export interface Frame {
	readonly locals: Locals;
	readonly assigned: Locals;
	/** Undefined until something is. */
	returned: PlanValue | undefined;
}

export function newFrame(locals: Locals): Frame {
	return { locals, assigned: new Map(), returned: undefined };
}

/** The local has this value from here on. */
export function assign(frame: Frame, local: number, value: PlanValue): void {
	frame.locals.set(local, value);
	frame.assigned.set(local, joinValues(frame.assigned.get(local), value));
}

/** The local has this value, or the one it had before. */
export function assignMaybe(frame: Frame, local: number, value: PlanValue): void {
	assign(frame, local, joinValues(frame.locals.get(local), value));
}

/** An array known so far gets one more item. */
export function appendItem(frame: Frame, array: number, item: PlanValue): void {
	const { constant: before, numbers = [] } = frame.locals.get(array) ?? nothing;
	if (typeof before !== "object") return;
	const text = typeof item.constant === "string" ? item.constant : undefined;
	assign(frame, array, { paths: [], constant: [...before, text], numbers: [...numbers, ...(item.numbers ?? [])] });
}

/** An object that the policy makes gets a constant key. */
export function insertField(frame: Frame, object: number, name: string, field: ObjectField): void {
	const before = frame.locals.get(object) ?? nothing;
	assign(frame, object, { ...before, fields: new Map([[name, field], ...(before.fields ?? [])]) });
}
