import { MixerError } from "../mixer/error.ts";

/**
 * Prints what went wrong, once, for a person: a known failure as its message alone, a defect of ours with its stack.
 *
 * @returns the exit status: 1 for a known failure, 70 (EX_SOFTWARE of sysexits.h) for a defect.
 */
export function reportFailure(thrown: unknown, out: { write(text: string): unknown }): number {
	const error = MixerError.from(thrown);
	if (error.code !== "internal") {
		out.write(`${error.message}\n`);
		return 1;
	}
	const stack = error.cause instanceof Error ? error.cause.stack : error.stack;
	out.write(`internal error, a defect of sluice: ${stack ?? error.message}\n`);
	return 70;
}
