import { Slice } from "../wire/slice";

/** Which places of a JSON value something reads: a tree of keys. Made at configuration, then only read. */
@final
export class JsonWants {
	/** In byte order, each once. */
	keys: Array<Slice> = [] as Slice[];
	/** Beside each key what is wanted below it; null where all of it is. */
	below: Array<JsonWants | null> = [] as (JsonWants | null)[];

	/** Adds the place that a path names from `depth` on, which is not its end. */
	add(path: Array<string>, depth: i32): void {
		let key = Slice.of(path[depth]);
		let place = this.find(key.ptr, key.size);
		if (place < 0) place = this.insert(key);
		else if (this.below[place] === null) return;
		if (depth == path.length - 1) {
			this.below[place] = null;
			return;
		}
		let below = this.below[place];
		if (below === null) {
			below = new JsonWants();
			this.below[place] = below;
		}
		below.add(path, depth + 1);
	}

	/** Adds all that another tree has. */
	merge(other: JsonWants): void {
		for (let i = 0; i < other.keys.length; i++) {
			let key = other.keys[i];
			let theirs = other.below[i];
			let place = this.find(key.ptr, key.size);
			if (place < 0) {
				place = this.insert(key);
				if (theirs !== null) this.below[place] = new JsonWants();
			}
			let ours = this.below[place];
			if (theirs === null) this.below[place] = null;
			else if (ours !== null) ours.merge(theirs);
		}
	}

	/** The place of a key; -1 where nothing of it is wanted. */
	find(ptr: usize, size: i32): i32 {
		let low = 0;
		let high = this.keys.length;
		while (low < high) {
			let middle = (low + high) >> 1;
			let order = unchecked(this.keys[middle]).compare(ptr, size);
			if (order == 0) return middle;
			if (order < 0) low = middle + 1;
			else high = middle;
		}
		return -1;
	}

	private insert(key: Slice): i32 {
		let place = 0;
		while (place < this.keys.length && this.keys[place].compare(key.ptr, key.size) < 0) place++;
		this.keys.push(key);
		this.below.push(null);
		for (let i = this.keys.length - 1; i > place; i--) {
			this.keys[i] = this.keys[i - 1];
			this.below[i] = this.below[i - 1];
		}
		this.keys[place] = key;
		this.below[place] = null;
		return place;
	}
}
