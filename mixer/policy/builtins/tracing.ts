import type { BuiltinFamily } from "./host-builtin.ts";
import { boolean } from "./make-value.ts";
import { stringOperand } from "./operands.ts";

/** What OPA shows to those who ask it to explain an evaluation; nobody does here. opa build takes out every print. */
export const tracingBuiltins: BuiltinFamily = [["trace", (args) => boolean(stringOperand(args, 0) !== undefined)]];
