import { Slice } from "../wire/slice";
import { lower, sameIgnoringCase } from "./ascii";

/** Which headers and query parameters never enter a record. */
@final
export class Redaction {
	private headers: Array<Slice> = [] as Slice[];
	private parameters: Array<Slice> = [] as Slice[];

	/** By name, in any case. */
	addHeader(name: string): void {
		this.headers.push(lowerCase(name));
	}

	/** By name, in any case. */
	addQueryParameter(name: string): void {
		this.parameters.push(lowerCase(name));
	}

	/** Whether a header's value is kept out, by its name in any case. */
	hidesHeader(ptr: usize, size: i32): bool {
		return contains(this.headers, ptr, size);
	}

	/** Whether a query parameter's value is kept out, by its decoded name in any case. */
	hidesParameter(ptr: usize, size: i32): bool {
		return contains(this.parameters, ptr, size);
	}
}

/** Made at configuration, so its memory is its own to change. */
function lowerCase(name: string): Slice {
	let slice = Slice.of(name);
	for (let at = slice.ptr; at < slice.ptr + slice.size; at++) store<u8>(at, lower(load<u8>(at)));
	return slice;
}

function contains(names: Array<Slice>, ptr: usize, size: i32): bool {
	for (let i = 0; i < names.length; i++) {
		if (sameIgnoringCase(unchecked(names[i]), ptr, size)) return true;
	}
	return false;
}
