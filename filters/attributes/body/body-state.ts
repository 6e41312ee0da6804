import { HostBytes } from "../../host/memory";

/** How much of a request's body is there to be read. */
export enum BodyStage {
	/** Nothing: no policy waits for it, or it is none. */
	Unread = 0,
	/** All of it. */
	Whole = 1,
	/** The beginning, up to the limit; there is more. */
	Truncated = 2,
	/** The first message of a gRPC call, with or without more behind it. */
	FirstMessage = 3,
}

/** A stream's body, as far as it can be read now. */
@final
export class BodyState {
	stage: BodyStage = BodyStage.Unread;
	/** Bytes that can be read: of a truncated body the limit. */
	size: i32 = 0;
	/** Envoy holds it in a buffer that can be read: not before its callback, and never after the request went on. */
	readable: bool = false;
	/** A copy of it, where Envoy's buffer can't be read again while the Mixer is asked. */
	copy: HostBytes = new HostBytes();

	reset(): void {
		this.stage = BodyStage.Unread;
		this.size = 0;
		this.readable = false;
		this.copy.free();
	}

	set(stage: BodyStage, size: i32): void {
		this.stage = stage;
		this.size = size;
		this.readable = true;
	}

	/** Nothing of it can be read from here on: the request goes on, or is answered. */
	leave(): void {
		this.readable = false;
		this.copy.free();
	}
}
