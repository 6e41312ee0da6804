import { sipHash } from "../wire/hash";
import { Chunk } from "./chunk";
import { DrawState } from "./draw-state";
import { Draw } from "./draws";

/** Chunks of one worker at once, each in the one place that its key has: a power of two. */
const PLACES: i32 = 512;

/** The chunks of one worker. */
@final
export class Chunks {
	private places: StaticArray<Chunk | null> = new StaticArray<Chunk | null>(PLACES);
	private taken: u32 = 0;

	/** @param seed nothing a client can know. */
	constructor(private seed: u64) {}

	/** Whether a draw's chunk has so much. */
	cover(draw: Draw, nowNs: u64): bool {
		let chunk = this.find(draw);
		return chunk === null ? false : chunk.covers(draw.amount, nowNs);
	}

	/** Spends a draw of its chunk; false where that has not so much. */
	spend(draw: Draw, state: DrawState, nowNs: u64): bool {
		let chunk = this.find(draw);
		if (chunk === null) return false;
		if (!chunk.covers(draw.amount, nowNs)) return false;
		chunk.spend(draw.amount, state);
		return true;
	}

	/** Puts back what a request spent of a chunk and did not need after all, if that chunk is still there. */
	putBack(draw: Draw, serial: u32): void {
		let chunk = this.find(draw);
		if (chunk !== null) chunk.putBack(draw.amount, serial);
	}

	/** A draw's chunk; one that was another key's before begins anew. */
	of(draw: Draw): Chunk {
		let place = this.placeOf(draw);
		let chunk = unchecked(this.places[place]);
		if (chunk === null) {
			chunk = new Chunk();
			this.places[place] = chunk;
		}
		if (!chunk.isOf(draw)) chunk.begin(draw);
		return chunk;
	}

	/** Names a taking; 0 is none. */
	nextSerial(): u32 {
		this.taken++;
		if (this.taken == 0) this.taken = 1;
		return this.taken;
	}

	/** A draw's chunk, if there is one. */
	private find(draw: Draw): Chunk | null {
		let chunk = unchecked(this.places[this.placeOf(draw)]);
		if (chunk === null) return null;
		return chunk.isOf(draw) ? chunk : null;
	}

	private placeOf(draw: Draw): i32 {
		return <i32>sipHash(draw.id.ptr, draw.id.size, this.seed, 1) & (PLACES - 1);
	}
}
