import { Bag } from "../attributes/bag";
import { BodyStage } from "../attributes/body/body-state";
import { contentLength } from "../attributes/body/body-values";
import { FRAME_HEAD_BYTES, messageSize } from "../attributes/body/grpc/grpc-body";
import { Policy } from "../config/config";
import { readRequestBody } from "../host/body";
import { HostBytes } from "../host/memory";
import { Status } from "../host/status";
import { BodyNeed, bodyNeed, readsBytes, takesTruncated } from "./body-need";
import { Tunnel, tunnelOf } from "./tunnel";

/** What to do with a request of which policies read the body. */
export enum BodyStep {
	/** All that they read of it is known: decide. */
	Decide = 0,
	/** More of it has to come. */
	Wait = 1,
	/** It is longer than the limit: 413. */
	TooLarge = 2,
	/** It can't be said what is body and what is not: 400. */
	Malformed = 3,
}

const head: HostBytes = new HostBytes();

/** How far a request's body has come, and whether that will do. Reused. */
@final
export class AwaitedBody {
	private need: BodyNeed = BodyNeed.None;
	/** One that is longer than the limit is decided on all the same. */
	private truncates: bool = false;
	/** Its bytes are read, beside what is made of them. */
	private bytesAreRead: bool = false;
	/** Where the first message of a gRPC call ends; 0 while that is not known. */
	private messageEnd: i64 = 0;

	/**
	 * The headers are there, and there may be a body.
	 *
	 * @param readers the Policies that read it, a bit each; `enforced` those of them that are no shadows.
	 */
	begin(policies: Array<Policy>, readers: u64, enforced: u64, bag: Bag, limit: i32): BodyStep {
		this.messageEnd = 0;
		this.need = bodyNeed(policies, readers, bag);
		if (this.need == BodyNeed.None) return BodyStep.Decide;
		let tunnel = tunnelOf(bag);
		if (tunnel == Tunnel.Open) return BodyStep.Decide;
		if (tunnel == Tunnel.Ambiguous) return BodyStep.Malformed;
		this.truncates = takesTruncated(policies, enforced);
		this.bytesAreRead = readsBytes(policies, readers);
		if (this.need == BodyNeed.Whole && contentLength(bag) > limit) {
			if (!this.truncates) return BodyStep.TooLarge;
			if (!this.bytesAreRead) {
				bag.body.set(BodyStage.Truncated, 0);
				return BodyStep.Decide;
			}
		}
		return BodyStep.Wait;
	}

	/** `size` bytes of it are in Envoy's buffer. @param ended whether that is all of it. */
	arrived(bag: Bag, size: i32, ended: bool, limit: i32): BodyStep {
		if (this.need == BodyNeed.FirstMessage) this.measureMessage(size);
		if (this.messageEnd > 0 && this.messageEnd <= min(size, limit)) {
			bag.body.set(BodyStage.FirstMessage, <i32>this.messageEnd);
			return BodyStep.Decide;
		}
		if (size > limit || this.messageEnd > limit) {
			if (!this.truncates) return BodyStep.TooLarge;
			bag.body.set(BodyStage.Truncated, min(size, limit));
			return BodyStep.Decide;
		}
		if (!ended) return BodyStep.Wait;
		bag.body.set(BodyStage.Whole, size);
		return BodyStep.Decide;
	}

	/** Whether a body that was decided on is read again if another decision follows: of a truncated one nothing is made. */
	isReadAgain(bag: Bag): bool {
		return this.bytesAreRead || bag.body.stage != BodyStage.Truncated;
	}

	private measureMessage(size: i32): void {
		if (this.messageEnd > 0 || size < FRAME_HEAD_BYTES) return;
		if (readRequestBody(FRAME_HEAD_BYTES, head) != Status.Ok) return;
		if (head.size == FRAME_HEAD_BYTES) this.messageEnd = messageSize(head.ptr) + FRAME_HEAD_BYTES;
		head.free();
	}
}
