import { Bag } from "../attributes/bag";
import { Config } from "../config/config";
import { nowNs } from "../host/clock";
import { callGrpc, GrpcTarget, lastGrpcToken, readGrpcMessage } from "../host/grpc";
import { HostBytes } from "../host/memory";
import { Status } from "../host/status";
import { DropReason, Stats } from "../stats";
import { Bytes } from "../wire/bytes";
import { Slice } from "../wire/slice";
import { Batch } from "./batch";
import { Collector, MAX_BATCH_BYTES, MAX_RECORD_BYTES } from "./collector";
import { ReportResponse } from "./report-response";

const SERVICE = Slice.of("sluice.mixer.v1.Mixer");
const METHOD = Slice.of("Report");
const TIMEOUT_MS: u32 = 5000;
/** A batch is sent when its first record is this old: with the tick's period the whole wait is under a second. */
const MAX_AGE_NS: u64 = 750000000;
/** Unacknowledged batches kept: one more drops the oldest that is not on its way. 16 of them are 1 to 3 MiB. */
const MAX_BATCHES: i32 = 16;
/** Calls under way at once. */
const MAX_CALLS: i32 = 4;
const FIRST_RETRY_NS: u64 = 250000000;
const MAX_RETRY_NS: u64 = 4000000000;
/** The gRPC code that says the same batch will never be taken. */
const INVALID_ARGUMENT: u32 = 3;

/** Batches a VM's records, numbers the batches, and keeps each until the Mixer acknowledges it. */
@final
export class Reporter {
	private collector: Collector;
	/** Oldest first. */
	private batches: Array<Batch> = new Array<Batch>();
	private free: Array<Batch> = new Array<Batch>();
	private sequence: u64 = 0;
	private calls: i32 = 0;
	private message: HostBytes = new HostBytes();
	private response: ReportResponse = new ReportResponse();

	/** @param epoch when this VM started, ns since 1970. */
	constructor(
		private config: Config,
		private target: GrpcTarget,
		private origin: Bytes,
		private epoch: u64,
		private stats: Stats,
	) {
		this.collector = new Collector(epoch);
	}

	/** One request's record, at the end of its stream. */
	add(bag: Bag): void {
		this.stats.recordSent();
		if (!this.fits(bag)) this.stats.recordsDropped(DropReason.TooLarge, 1);
		if (this.collector.full) this.close(nowNs());
	}

	/** Into this batch, or else into the next. */
	private fits(bag: Bag): bool {
		if (this.collector.add(bag, this.config)) return true;
		if (this.collector.count == 0) return false;
		this.close(nowNs());
		return this.collector.add(bag, this.config);
	}

	/** Called several times a second: closes what is old enough and sends what is due. */
	tick(nowNs: u64): void {
		if (this.collector.count > 0 && nowNs - this.collector.sinceNs >= MAX_AGE_NS) this.close(nowNs);
		this.sendDue(nowNs);
	}

	/** Sends everything at once, as far as calls may be under way; true while something is unacknowledged. */
	drain(nowNs: u64): bool {
		if (this.collector.count > 0) this.close(nowNs);
		this.sendDue(nowNs);
		return this.batches.length > 0;
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
			this.release(index);
		} else {
			this.retryLater(batch, nowNs);
		}
		return true;
	}

	private close(nowNs: u64): void {
		if (this.batches.length >= MAX_BATCHES) this.dropOldest();
		let batch = this.free.length > 0 ? this.free.pop() : new Batch(2 * (MAX_BATCH_BYTES + MAX_RECORD_BYTES));
		batch.begin(++this.sequence, this.collector.count);
		this.collector.take(this.origin, this.epoch, this.sequence, batch.request);
		this.batches.push(batch);
		this.sendDue(nowNs);
	}

	/** Of the batches on nobody's way, the oldest; with MAX_CALLS below MAX_BATCHES there is one. */
	private dropOldest(): void {
		for (let i = 0; i < this.batches.length; i++) {
			if (this.batches[i].token != 0) continue;
			this.stats.recordsDropped(DropReason.Overflow, this.batches[i].records);
			this.release(i);
			return;
		}
	}

	private sendDue(nowNs: u64): void {
		for (let i = 0; i < this.batches.length && this.calls < MAX_CALLS; i++) {
			let batch = this.batches[i];
			if (batch.token == 0 && batch.retryAtNs <= nowNs) this.send(batch, nowNs);
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
		this.free.push(this.batches[index]);
		this.batches.splice(index, 1);
	}
}
