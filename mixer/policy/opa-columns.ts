import { z } from "zod";
import type { Fault } from "../fault.ts";

const OpaErrors = z.object({
	errors: z.array(
		z.object({
			location: z.object({ file: z.string(), row: z.number(), col: z.number() }),
			details: z.looseObject({ line: z.string().optional(), idx: z.number().optional() }).nullish(),
		}),
	),
});

/**
 * Adds the columns, which opa does not print in its text.
 *
 * @param faults what `opa check` printed as text.
 * @param json what it prints of the same files with --format json; anything else adds nothing.
 */
export function withColumns(faults: readonly Fault[], json: string): readonly Fault[] {
	const { data } = OpaErrors.safeParse(parseJson(json));
	return faults.map((fault, index) => {
		const at = data?.errors[index];
		if (at === undefined || at.location.file !== fault.file || at.location.row !== fault.line) return fault;
		if (at.location.col > 0) return { ...fault, column: at.location.col };
		// Of what it cannot parse, opa gives the line and an offset into it instead.
		const { line: source, idx } = at.details ?? {};
		return source === undefined || idx === undefined ? fault : { ...fault, column: idx + 1, source };
	});
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
