import { Bytes } from "../../wire/bytes";
import { writeJsonString } from "../../wire/json-writer";
import { RegoKind, RegoTape } from "./rego-tape";

/** A value read from JSON as JSON again, numbers as they were written. Of members with one name the last counts. */
export function writeJson(out: Bytes, tape: RegoTape, node: i32): void {
	const value = tape.at(node);
	switch (value.kind) {
		case RegoKind.String:
			writeJsonString(out, value.ptr, value.size);
			break;
		case RegoKind.Array:
			out.byte(0x5b);
			for (let i = 0; i < value.count && !out.overflowed; i++) {
				if (i > 0) out.byte(0x2c);
				writeJson(out, tape, tape.child(node, i));
			}
			out.byte(0x5d);
			break;
		case RegoKind.Object:
			out.byte(0x7b);
			for (let i = 0; i < value.count && !out.overflowed; i++) {
				if (i > 0) out.byte(0x2c);
				writeJson(out, tape, tape.child(node, i << 1));
				out.byte(0x3a);
				writeJson(out, tape, tape.child(node, (i << 1) + 1));
			}
			out.byte(0x7d);
			break;
		default:
			out.raw(value.ptr, value.size);
	}
}
