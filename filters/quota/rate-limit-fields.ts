import { Quota } from "../config/config";
import { Bytes } from "../wire/bytes";
import { writeJsonInt } from "../wire/json-writer";
import { Slice } from "../wire/slice";
import { DrawState } from "./draw-state";

/** A structured field's integer has 15 digits at most (RFC 9651, section 3.3.1). */
const MAX_INTEGER: u64 = 999999999999999;
const NS_PER_SECOND: u64 = 1000000000;
/** Eight quotas, each a name and three numbers. */
const MAX_BYTES: i32 = 1024;

const QUOTE: u32 = 0x22;
const COMMA: u32 = 0x2c;
const SPACE: u32 = 0x20;
const EQUALS: u32 = 0x3d;
const SEMICOLON: u32 = 0x3b;
const Q: u32 = 0x71;
const W: u32 = 0x77;
const R: u32 = 0x72;
const T: u32 = 0x74;

/** The fields RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10), a quota's name once. Reused. */
@final
export class RateLimitFields {
	readonly policy: Bytes = new Bytes(128, MAX_BYTES);
	readonly limit: Bytes = new Bytes(128, MAX_BYTES);
	/** What stands in them already, as names with NULs. */
	private names: Bytes = new Bytes(64, MAX_BYTES);

	reset(): void {
		this.policy.reset();
		this.limit.reset();
		this.names.reset();
	}

	/** Adds a quota, of which a draw told something; one that is named already is left out. */
	add(quota: Quota, state: DrawState, resetAtNs: u64, nowNs: u64): void {
		if (state.limit == 0 || this.has(quota.name)) return;
		this.names.raw(quota.name.ptr, quota.name.size);
		this.names.byte(0);
		begin(this.policy, quota.name);
		writeParameter(this.policy, Q, state.limit);
		writeParameter(this.policy, W, (quota.windowMs + 999) / 1000);
		begin(this.limit, quota.name);
		writeParameter(this.limit, R, state.remaining);
		writeParameter(this.limit, T, secondsUntil(resetAtNs, nowNs));
	}

	private has(name: Slice): bool {
		let start = this.names.ptr;
		for (let at = start; at < this.names.ptr + this.names.size; at++) {
			if (load<u8>(at) != 0) continue;
			if (name.equals(start, <i32>(at - start))) return true;
			start = at + 1;
		}
		return false;
	}
}

/** Whole seconds, rounded up; 0 where the time is over. */
export function secondsUntil(timeNs: u64, nowNs: u64): u64 {
	return timeNs > nowNs ? (timeNs - nowNs + NS_PER_SECOND - 1) / NS_PER_SECOND : 0;
}

/** A list's next member: the name as a string. Names are DNS labels, which need no escapes. */
function begin(out: Bytes, name: Slice): void {
	if (out.size > 0) {
		out.byte(COMMA);
		out.byte(SPACE);
	}
	out.byte(QUOTE);
	out.raw(name.ptr, name.size);
	out.byte(QUOTE);
}

function writeParameter(out: Bytes, name: u32, value: u64): void {
	out.byte(SEMICOLON);
	out.byte(name);
	out.byte(EQUALS);
	writeJsonInt(out, <i64>min(value, MAX_INTEGER));
}
