import { ItemKind } from "./allocate-request";
import { Draw } from "./draws";

/** One item of a call on its way: what was asked, by which its answer is understood. Reused. */
@final
export class CallItem {
	kind: ItemKind = ItemKind.Charge;
	/** Quota, key and limit: a copy, since its stream may end. */
	draw: Draw = new Draw();
	/** Which draw of the request that made the call; -1: none's. */
	place: i32 = -1;
	/** No request waits for it: its Quota is in shadow mode, and its call is for nothing else. */
	amount: u64 = 0;
	bestEffort: bool = false;
	minimum: u64 = 0;
	/** Of a LEASE or RETURN. */
	pool: u64 = 0;
	sequence: u64 = 0;
	held: u64 = 0;
	/** Of a SETTLE. */
	reserved: u64 = 0;
	chargedAtMs: u64 = 0;

	/** Starts anew. */
	begin(kind: ItemKind, draw: Draw, place: i32, amount: u64): void {
		this.kind = kind;
		this.draw.copy(draw);
		this.place = place;
		this.amount = amount;
		this.bestEffort = false;
		this.minimum = 0;
		this.pool = 0;
		this.sequence = 0;
		this.held = 0;
		this.reserved = 0;
		this.chargedAtMs = 0;
	}

	/** What it takes for a request itself: of a LEASE the minimum. */
	get needed(): u64 {
		return this.kind == ItemKind.Lease ? this.minimum : this.amount;
	}
}
