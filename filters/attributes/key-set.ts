import { Slice } from "../wire/slice";

/** The keys of a map that something reads: each once, in byte order. Made at configuration, then only read. */
@final
export class KeySet {
	keys: Array<Slice> = [] as Slice[];

	add(key: Slice): void {
		let place = 0;
		while (place < this.keys.length) {
			let order = this.keys[place].compare(key.ptr, key.size);
			if (order == 0) return;
			if (order > 0) break;
			place++;
		}
		this.keys.push(key);
		for (let i = this.keys.length - 1; i > place; i--) this.keys[i] = this.keys[i - 1];
		this.keys[place] = key;
	}

	addAll(other: KeySet): void {
		for (let i = 0; i < other.keys.length; i++) this.add(other.keys[i]);
	}
}
