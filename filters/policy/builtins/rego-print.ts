import { Bytes } from "../../wire/bytes";
import { writeQuoted } from "./go-quote";
import { RegoKind, RegoTape } from "./rego-tape";

/** A value as OPA prints it: Rego's notation with a space after each comma and colon, strings quoted as Go does. */
export function printValue(out: Bytes, tape: RegoTape, node: i32): void {
	const value = tape.at(node);
	switch (value.kind) {
		case RegoKind.Null:
			out.text("null");
			break;
		case RegoKind.False:
			out.text("false");
			break;
		case RegoKind.True:
			out.text("true");
			break;
		case RegoKind.Number:
			out.raw(value.ptr, value.size);
			break;
		case RegoKind.String:
			writeQuoted(out, value.ptr, value.size, false);
			break;
		case RegoKind.Object:
			printMembers(out, tape, node, value.count);
			break;
		default:
			printElements(out, tape, node, value.kind == RegoKind.Array, value.count);
	}
}

function printElements(out: Bytes, tape: RegoTape, node: i32, array: bool, count: i32): void {
	if (!array && count == 0) {
		out.text("set()");
		return;
	}
	out.byte(array ? 0x5b : 0x7b);
	for (let i = 0; i < count && !out.overflowed; i++) {
		if (i > 0) out.text(", ");
		printValue(out, tape, tape.child(node, i));
	}
	out.byte(array ? 0x5d : 0x7d);
}

function printMembers(out: Bytes, tape: RegoTape, node: i32, count: i32): void {
	out.byte(0x7b);
	for (let i = 0; i < count && !out.overflowed; i++) {
		if (i > 0) out.text(", ");
		printValue(out, tape, tape.child(node, i << 1));
		out.text(": ");
		printValue(out, tape, tape.child(node, (i << 1) + 1));
	}
	out.byte(0x7d);
}
