import { MixerError } from "../../error.ts";
import { NetworkError } from "../network/policy-network.ts";
import { OperandError } from "./operands.ts";
import { UnsupportedError } from "./unsupported-error.ts";

/**
 * Whether opa fails with this as well, and without strict built-in errors calls the expression undefined. What is not
 * known to be such a failure isn't one: bounds, an operator's among them, and defects.
 */
export function isOpasFault(error: unknown): boolean {
	if (error instanceof NetworkError) return !error.fault.isBound;
	if (error instanceof OperandError) return true;
	const isOurs =
		error instanceof UnsupportedError ||
		error instanceof MixerError ||
		error instanceof RangeError ||
		error instanceof TypeError ||
		error instanceof ReferenceError;
	return error instanceof Error && !isOurs;
}
