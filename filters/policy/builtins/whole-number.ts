let value: i64 = 0;

/** The number that `readInt64` read last; 0 where it read none. */
export function readInt64Value(): i64 {
	return value;
}

/**
 * Reads a number's text as OPA reads whole numbers of 64 bits (util.Atoi64): zeros may follow a point, an exponent may
 * not, and nineteen characters without the sign are the most. False where it is none.
 */
export function readInt64(ptr: usize, size: i32): bool {
	value = 0;
	const negative = size > 0 && load<u8>(ptr) == 0x2d;
	const start = negative ? 1 : 0;
	if (size - start < 1 || size - start > 19) return false;
	let magnitude: u64 = 0;
	let fraction = false;
	for (let i = start; i < size; i++) {
		const byte: u32 = load<u8>(ptr + i);
		if (byte == 0x2e && !fraction) {
			fraction = true;
			continue;
		}
		const digit = byte - 0x30;
		if (digit > 9 || (fraction && digit != 0)) return false;
		if (!fraction) magnitude = magnitude * 10 + digit;
	}
	if (magnitude > <u64>i64.MAX_VALUE + (negative ? 1 : 0)) return false;
	value = negative ? <i64>(0 - magnitude) : <i64>magnitude;
	return true;
}
