import { Bytes } from "../../../wire/bytes";
import { writeJsonInt } from "../../../wire/json-writer";
import { Slice } from "../../../wire/slice";
import { findByte, sameIgnoringCase } from "../../ascii";
import { PairTable } from "../../pair-table";
import { escapesAreValid, PLUS, writeDecoded } from "../../percent";

/* Parameters in pieces or in another alphabet (RFC 2231): name*, name*0, name*1*, … */

const STAR: u32 = 0x2a;
const APOSTROPHE: u32 = 0x27;
const UTF_8: Slice = Slice.of("utf-8");
const ASCII: Slice = Slice.of("us-ascii");

/** The name of a piece, looked for. */
const wanted: Bytes = new Bytes(64, 1048576);

/**
 * Puts a parameter together from its pieces; false where it has none, or what it has can't be read.
 *
 * @param parameters in byte order.
 */
export function readContinued(parameters: PairTable, name: Slice, out: Bytes): bool {
	let single = find(parameters, name, -1, true);
	if (single >= 0) return writeExtended(parameters, single, out);
	let pieces = 0;
	while (true) {
		let plain = find(parameters, name, pieces, false);
		if (plain >= 0) out.raw(parameters.valuePtr(plain), parameters.valueSize(plain));
		else if (!writeEncodedPiece(parameters, find(parameters, name, pieces, true), pieces, out)) break;
		pieces++;
	}
	return pieces > 0;
}

/** False where there is no such piece; one that can't be read is empty. */
function writeEncodedPiece(parameters: PairTable, place: i32, index: i32, out: Bytes): bool {
	if (place < 0) return false;
	if (index == 0) {
		writeExtended(parameters, place, out);
		return true;
	}
	let ptr = parameters.valuePtr(place);
	let size = parameters.valueSize(place);
	if (escapesAreValid(ptr, size)) writeDecoded(out, ptr, size, PLUS);
	return true;
}

/** Writes charset'language'text; false, and nothing, for another charset or a broken escape. */
function writeExtended(parameters: PairTable, place: i32, out: Bytes): bool {
	let start = parameters.valuePtr(place);
	let end = start + parameters.valueSize(place);
	let first = findByte(start, end, APOSTROPHE);
	if (first == end) return false;
	let second = findByte(first + 1, end, APOSTROPHE);
	if (second == end) return false;
	let charset = <i32>(first - start);
	if (!sameIgnoringCase(UTF_8, start, charset) && !sameIgnoringCase(ASCII, start, charset)) return false;
	let size = <i32>(end - second - 1);
	if (!escapesAreValid(second + 1, size)) return false;
	writeDecoded(out, second + 1, size, PLUS);
	return true;
}

/** Finds `name*`, `name*INDEX` or `name*INDEX*`. */
function find(parameters: PairTable, name: Slice, index: i32, encoded: bool): i32 {
	wanted.reset();
	wanted.raw(name.ptr, name.size);
	wanted.byte(STAR);
	if (index >= 0) {
		writeJsonInt(wanted, index);
		if (encoded) wanted.byte(STAR);
	}
	return parameters.find(wanted.ptr, wanted.size);
}
