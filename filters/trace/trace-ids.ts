import { mix } from "../check/decision-ids";

/** Sampling is counted in parts of this. */
const MILLION: u64 = 1000000;

const DIGITS: i32 = 16;

/**
 * Makes ids of traces and spans, and decides which traces are recorded: xoroshiro128+ (Blackman and Vigna, 2018). A
 * client knows nothing of its state and has no part in what it gives.
 */
@final
export class TraceIds {
	/** @param s0 with s1, what differs from VM to VM and from start to start. */
	constructor(
		private s0: u64,
		private s1: u64,
	) {
		this.s0 = mix(s0);
		// Never zero both.
		this.s1 = mix(s1) | 1;
	}

	/** Writes 16 hexadecimal digits that are not all zeros. */
	write(at: usize): void {
		let value = this.next();
		while (value == 0) value = this.next();
		for (let i = DIGITS - 1; i >= 0; i--) {
			let digit = <u32>value & 15;
			store<u8>(at + i, digit < 10 ? 0x30 + digit : 0x57 + digit);
			value >>= 4;
		}
	}

	/** Whether a trace is among those sampled: in so many of a million. */
	sample(perMillion: u32): bool {
		return (this.next() >> 11) % MILLION < perMillion;
	}

	private next(): u64 {
		let s0 = this.s0;
		let s1 = this.s1;
		let result = s0 + s1;
		s1 ^= s0;
		this.s0 = rotl<u64>(s0, 24) ^ s1 ^ (s1 << 16);
		this.s1 = rotl<u64>(s1, 37);
		return result;
	}
}
