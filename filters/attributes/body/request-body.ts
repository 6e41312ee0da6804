import { readRequestBody } from "../../host/body";
import { HostBytes } from "../../host/memory";
import { Status } from "../../host/status";
import { Slice } from "../../wire/slice";
import { BodyState } from "./body-state";

/**
 * The bytes of the selected stream's body. Read from Envoy once for a decision, however many policies want them, and
 * given back after it: the request's own copy stays in Envoy alone. One for the VM.
 */
@final
export class RequestBody {
	private bytes: HostBytes = new HostBytes();
	private owner: BodyState | null = null;

	/** The bytes that can be read, good until `release`; false where there are none any more, though there were. */
	read(state: BodyState, out: Slice): bool {
		out.set(0, 0);
		if (state.size == 0) return true;
		let copy = state.copy;
		if (copy.ptr != 0) {
			out.set(copy.ptr, copy.size);
			return true;
		}
		if (this.owner !== state && !this.load(state, this.bytes)) return false;
		this.owner = state;
		out.set(this.bytes.ptr, this.bytes.size);
		return true;
	}

	/** Keeps the bytes beyond this callback, since Envoy's buffer can't be read again. */
	keep(state: BodyState): bool {
		return state.size == 0 || this.load(state, state.copy);
	}

	/** Ends a decision. */
	release(): void {
		this.owner = null;
		this.bytes.free();
	}

	private load(state: BodyState, into: HostBytes): bool {
		if (!state.readable || readRequestBody(state.size, into) != Status.Ok) return false;
		if (into.size == state.size) return true;
		into.free();
		return false;
	}
}

export const requestBody: RequestBody = new RequestBody();
