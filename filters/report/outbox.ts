import { callGrpc, GrpcTarget, lastGrpcToken, readGrpcMessage } from "../host/grpc";
import { HostBytes } from "../host/memory";
import { Status } from "../host/status";
import { Slice } from "../wire/slice";
import { Batch } from "./batch";
import { OwnRecords } from "./own-records";
import { DropReason, RecordStats } from "./record-stats";
import { ReportResponse } from "./report-response";

const SERVICE = Slice.of("sluice.mixer.v1.Mixer");
const METHOD = Slice.of("Report");
const TIMEOUT_MS: u32 = 5000;
/**
 * Unacknowledged batches kept: one more drops the oldest that is not on its way. A Mixer that is restarted may be away for
 * several seconds: 64 are the requests of twelve at 500 a second and worker. They take 4 MiB at most, more only where
 * single records are larger than a batch may be.
 */
const MAX_BATCHES: i32 = 64;
/** Batches of VMs that ended are taken only while so few wait, so that they never push out this VM's own. */
const MAX_WHEN_ADOPTING: i32 = 8;
/** Calls under way at once. */
const MAX_CALLS: i32 = 4;
const FIRST_RETRY_NS: u64 = 250000000;
const MAX_RETRY_NS: u64 = 4000000000;
/** The gRPC code that says the same batch will never be taken. */
const INVALID_ARGUMENT: u32 = 3;

/** The batches that the Mixer has not acknowledged: sends each, and again, until it does. */
@final
export class Outbox {
	/** Records in its batches. */
	records: i32 = 0;

	/** Oldest first. */
	private batches: Array<Batch> = new Array<Batch>();
	private free: Array<Batch> = new Array<Batch>();
	private calls: i32 = 0;
	private message: HostBytes = new HostBytes();
	private response: ReportResponse = new ReportResponse();

	/** @param maxBytes the bound of one batch. */
	constructor(
		private target: GrpcTarget,
		private stats: RecordStats,
		private own: OwnRecords,
		private maxBytes: i32,
	) {}

	/** Of the records in its batches, those that this VM made. */
	get ownRecords(): i32 {
		let count = 0;
		for (let i = 0; i < this.batches.length; i++) if (this.batches[i].isOwn) count += this.batches[i].records;
		return count;
	}

	get hasRoomToAdopt(): bool {
		return this.batches.length < MAX_WHEN_ADOPTING;
	}

	/** An empty batch, to be filled and given to `add`. */
	blank(): Batch {
		return this.free.length > 0 ? this.free.pop() : new Batch(this.maxBytes);
	}

	add(batch: Batch): void {
		if (this.batches.length >= MAX_BATCHES) this.dropOldest();
		this.batches.push(batch);
		this.records += batch.records;
	}

	/** Takes the oldest batch out, whether or not it is on its way; null where there is none. */
	takeOldest(): Batch | null {
		if (this.batches.length == 0) return null;
		let batch = this.batches.shift();
		this.records -= batch.records;
		return batch;
	}

	sendDue(nowNs: u64): void {
		for (let i = 0; i < this.batches.length && this.calls < MAX_CALLS; i++) {
			let batch = this.batches[i];
			if (batch.token == 0 && batch.retryAtNs <= nowNs) this.send(batch, nowNs);
		}
	}

	/** The Mixer's answer to one of our calls; false if the call is not ours. */
	answered(token: u32, size: i32, nowNs: u64): bool {
		let index = this.indexOf(token);
		if (index < 0) return false;
		let batch = this.batches[index];
		let understood =
			readGrpcMessage(size, this.message) == Status.Ok && this.response.read(this.message.ptr, this.message.size);
		this.message.free();
		this.calls--;
		if (!understood || this.response.acknowledgedSequence != batch.sequence) {
			this.retryLater(batch, nowNs);
			return true;
		}
		let rejected = min(this.response.rejectedRecords, batch.records);
		this.stats.recordsAcknowledged(batch.records - rejected);
		this.stats.recordsDropped(DropReason.Rejected, rejected);
		if (batch.isOwn) this.own.acknowledged += batch.records;
		this.release(index);
		this.sendDue(nowNs);
		return true;
	}

	/** A call of ours failed; false if it is not ours. */
	failed(token: u32, code: u32, nowNs: u64): bool {
		let index = this.indexOf(token);
		if (index < 0) return false;
		let batch = this.batches[index];
		this.calls--;
		if (code == INVALID_ARGUMENT) {
			this.stats.recordsDropped(DropReason.Rejected, batch.records);
			if (batch.isOwn) this.own.rejected += batch.records;
			this.release(index);
		} else {
			this.retryLater(batch, nowNs);
		}
		return true;
	}

	/** Of the batches on nobody's way, the oldest; with MAX_CALLS below MAX_BATCHES there is one. */
	private dropOldest(): void {
		for (let i = 0; i < this.batches.length; i++) {
			let batch = this.batches[i];
			if (batch.token != 0) continue;
			this.stats.recordsDropped(DropReason.Overflow, batch.records);
			if (batch.isOwn) this.own.overflow += batch.records;
			this.release(i);
			return;
		}
	}

	private send(batch: Batch, nowNs: u64): void {
		let request = batch.request;
		if (callGrpc(this.target, SERVICE, METHOD, request.ptr, request.size, TIMEOUT_MS) != Status.Ok) {
			this.retryLater(batch, nowNs);
			return;
		}
		batch.token = lastGrpcToken();
		this.calls++;
	}

	private retryLater(batch: Batch, nowNs: u64): void {
		let wait = FIRST_RETRY_NS << (<u64>min(batch.attempts, 8));
		batch.attempts++;
		batch.token = 0;
		batch.retryAtNs = nowNs + min<u64>(wait, MAX_RETRY_NS);
	}

	private indexOf(token: u32): i32 {
		for (let i = 0; i < this.batches.length; i++) {
			if (this.batches[i].token == token) return i;
		}
		return -1;
	}

	private release(index: i32): void {
		let batch = this.batches[index];
		this.records -= batch.records;
		this.free.push(batch);
		this.batches.splice(index, 1);
	}
}
