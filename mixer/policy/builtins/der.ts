/** A value of DER (X.690): its tag, its content, and all of it as it stands. */
export interface DerValue {
	readonly tag: number;
	readonly content: Buffer;
	readonly whole: Buffer;
}

/**
 * The values that stand one behind the other.
 *
 * @throws Error where they don't fill the bytes.
 */
export function derValues(bytes: Buffer): DerValue[] {
	const values: DerValue[] = [];
	for (let at = 0; at < bytes.byteLength; ) {
		const value = derValue(bytes, at);
		values.push(value);
		at += value.whole.byteLength;
	}
	return values;
}

/** The value at a place. */
export function derValue(bytes: Buffer, at = 0): DerValue {
	const tag = bytes[at];
	const first = bytes[at + 1];
	if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw new Error("asn1: syntax error");
	const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
	// Four bytes of length are far more than a policy's text can be.
	if (first === 0x80 || lengthBytes > 4 || at + 2 + lengthBytes > bytes.byteLength)
		throw new Error("asn1: syntax error");
	const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
	const start = at + 2 + lengthBytes;
	const end = start + length;
	if (end > bytes.byteLength) throw new Error("asn1: syntax error: data truncated");
	return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) };
}

/** The values within a value. */
export function derChildren(value: DerValue | undefined): DerValue[] {
	return value === undefined ? [] : derValues(value.content);
}

/** A whole number, as wide as it is. */
export function readInteger(value: DerValue | undefined): bigint {
	if (value?.tag !== 0x02 || value.content.byteLength === 0) throw new Error("asn1: structure error: no integer");
	const bits = value.content.byteLength * 8;
	return BigInt.asIntN(bits, BigInt(`0x${value.content.toString("hex")}`));
}

/** An object identifier's numbers. */
export function readOid(value: DerValue | undefined): number[] {
	if (value?.tag !== 0x06) throw new Error("asn1: structure error: no object identifier");
	const numbers: number[] = [];
	let number = 0;
	for (const byte of value.content) {
		number = number * 128 + (byte & 0x7f);
		if (byte >= 0x80) continue;
		if (numbers.length === 0) {
			const first = Math.min(Math.floor(number / 40), 2);
			numbers.push(first, number - first * 40);
		} else numbers.push(number);
		number = 0;
	}
	return numbers;
}

/** The bytes of a bit string without unused bits. */
export function readBitString(value: DerValue | undefined): Buffer {
	if (value?.tag !== 0x03 || value.content.byteLength === 0) throw new Error("asn1: structure error: no bit string");
	return value.content.subarray(1);
}

/** A value of a tag and content. */
export function der(tag: number, content: Buffer): Buffer {
	const length = content.byteLength;
	const bytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}

/** A number that is not negative, of big-endian bytes. */
export function derInteger(bytes: Buffer): Buffer {
	const start = bytes.findIndex((byte) => byte !== 0);
	const short = start < 0 ? Buffer.from([0]) : bytes.subarray(start);
	const isHigh = (short[0] ?? 0) >= 0x80;
	return der(0x02, isHigh ? Buffer.concat([Buffer.from([0]), short]) : short);
}
