import { Bytes } from "../wire/bytes";

const D: u32 = 0x64;
const DASH: u32 = 0x2d;

/** Makes ids such as d-5f0c71a4-1c: which VM, and which of its requests. */
@final
export class DecisionIds {
	private count: u64 = 0;

	/** @param seed differs from VM to VM, over restarts too. */
	constructor(private seed: u32) {}

	next(out: Bytes): void {
		this.count++;
		out.reset();
		out.byte(D);
		out.byte(DASH);
		writeHex(out, this.seed, 8);
		out.byte(DASH);
		writeHex(out, this.count, hexDigits(this.count));
	}
}

/** 32 well-mixed bits of two numbers. */
export function mixSeed(epoch: u64, vm: u32): u32 {
	return <u32>mix(epoch ^ ((<u64>vm) << 48));
}

/** Mixes the bits of a number (the finalizer of MurmurHash3). */
export function mix(h: u64): u64 {
	h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
	h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
	return h ^ (h >> 33);
}

function hexDigits(value: u64): i32 {
	return max<i32>(1, (67 - <i32>clz<u64>(value)) >> 2);
}

/** Appends the last digits of a number in hexadecimal. */
export function writeHex(out: Bytes, value: u64, digits: i32): void {
	for (let i = digits - 1; i >= 0; i--) {
		let digit = <u32>(value >> (<u64>i * 4)) & 15;
		out.byte(digit < 10 ? 0x30 + digit : 0x57 + digit);
	}
}
