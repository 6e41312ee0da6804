import { Bag } from "../attributes/bag";
import { Config } from "../config/config";
import { nowNs } from "../host/clock";
import { GrpcTarget } from "../host/grpc";
import { HostBytes } from "../host/memory";
import { Parked } from "../host/parked";
import { Bytes } from "../wire/bytes";
import { BatchHead } from "./batch-head";
import { Collector, MAX_BATCH_BYTES, MAX_RECORD_BYTES } from "./collector";
import { Outbox } from "./outbox";
import { OwnRecords } from "./own-records";
import { DropReason, RecordStats } from "./record-stats";
import { VmAccount } from "./vm-account";

/** A batch is sent when its first record is this old: with the tick's period the whole wait is under a second. */
const MAX_AGE_NS: u64 = 750000000;
/**
 * Batches that wait for a VM to take them: as many as one can leave when the Mixer is away for long, or several that were
 * sent nearly all. They take 64 KiB each at most, more only where a single record does.
 */
const PARKED_BATCHES: i32 = 64;
/** Of one request: a batch's records and strings, and each of them once more for what stands around them. */
const MAX_REQUEST_BYTES: i32 = 2 * (MAX_BATCH_BYTES + MAX_RECORD_BYTES);

/**
 * Batches a VM's records and numbers the batches; each is kept until the Mixer acknowledges it. What is left when the VM
 * ends is parked, and whichever VM's tick comes first sends it, under the number it has.
 */
@final
export class Reporter {
	private stats: RecordStats;
	private own: OwnRecords;
	private collector: Collector;
	private outbox: Outbox;
	private account: VmAccount;
	private parked: Parked = new Parked("sluice.parked", PARKED_BATCHES);
	private found: HostBytes = new HostBytes();
	private head: BatchHead = new BatchHead();
	private sequence: u64 = 0;

	/** @param epoch when this VM started, ns since 1970; `vm` is its number. */
	constructor(
		private config: Config,
		target: GrpcTarget,
		private origin: Bytes,
		private epoch: u64,
		vm: u32,
	) {
		let stats = new RecordStats();
		let own = new OwnRecords();
		this.stats = stats;
		this.own = own;
		this.collector = new Collector(epoch);
		this.outbox = new Outbox(target, stats, own, MAX_REQUEST_BYTES);
		this.account = new VmAccount(vm, stats);
	}

	/** One request's record, at the end of its stream. */
	add(bag: Bag): void {
		this.account.open(this.held);
		this.stats.recordSent();
		this.own.sent++;
		if (!this.fits(bag)) this.dropTooLarge();
		if (this.collector.full) this.close(nowNs());
	}

	/** Called several times a second: closes what is old enough, takes what was parked, and sends what is due. */
	tick(nowNs: u64): void {
		if (this.collector.count > 0 && nowNs - this.collector.sinceNs >= MAX_AGE_NS) this.close(nowNs);
		this.adopt();
		this.outbox.sendDue(nowNs);
		this.account.tick(this.held);
	}

	/** The VM ends: what is not acknowledged is another's to send. The calls under way end with this VM. */
	leave(nowNs: u64): void {
		if (this.collector.count > 0) this.close(nowNs);
		for (let batch = this.outbox.takeOldest(); batch !== null; batch = this.outbox.takeOldest()) {
			if (this.parked.park(batch.request.ptr, batch.request.size)) this.stats.recordsParked(batch.records);
			else this.stats.recordsDropped(DropReason.Overflow, batch.records);
		}
		this.account.close();
	}

	/** The Mixer's answer to one of our calls; false if the call is not ours. */
	answered(token: u32, size: i32, nowNs: u64): bool {
		return this.outbox.answered(token, size, nowNs);
	}

	/** A call of ours failed; false if it is not ours. */
	failed(token: u32, code: u32, nowNs: u64): bool {
		return this.outbox.failed(token, code, nowNs);
	}

	/** Writes what became of the records that this VM made. */
	writeOwn(out: Bytes, field: u32): void {
		this.own.write(out, field, this.collector.count + this.outbox.ownRecords);
	}

	private dropTooLarge(): void {
		this.stats.recordsDropped(DropReason.TooLarge, 1);
		this.own.tooLarge++;
	}

	/** Records that this VM has to see to. */
	private get held(): i32 {
		return this.collector.count + this.outbox.records;
	}

	/** Into this batch, or else into the next. */
	private fits(bag: Bag): bool {
		if (this.collector.add(bag, this.config)) return true;
		if (this.collector.count == 0) return false;
		this.close(nowNs());
		return this.collector.add(bag, this.config);
	}

	private close(nowNs: u64): void {
		let batch = this.outbox.blank();
		batch.begin(++this.sequence, this.collector.count);
		this.collector.take(this.origin, this.epoch, this.sequence, batch.request);
		this.outbox.add(batch);
		this.outbox.sendDue(nowNs);
	}

	private adopt(): void {
		this.parked.look();
		while (this.outbox.hasRoomToAdopt && this.parked.take(this.found)) {
			if (this.head.read(this.found.ptr, this.found.size)) {
				this.account.open(this.held);
				let batch = this.outbox.blank();
				batch.begin(this.head.sequence, this.head.records);
				batch.isOwn = false;
				batch.request.raw(this.found.ptr, this.found.size);
				this.stats.recordsAdopted(batch.records);
				this.outbox.add(batch);
			}
			this.found.free();
		}
	}
}
