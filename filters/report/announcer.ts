import { callGrpc, GrpcTarget, lastGrpcToken } from "../host/grpc";
import { Status } from "../host/status";
import { Bytes } from "../wire/bytes";
import { writeBoolField, writeBytesField, writeVarintField } from "../wire/protobuf-writer";
import { Slice } from "../wire/slice";
import { Reporter } from "./reporter";

const SERVICE = Slice.of("sluice.mixer.v1.Mixer");
const METHOD = Slice.of("Announce");
const TIMEOUT_MS: u32 = 2000;
/** From one word to the next. The Mixer takes a VM for dead that is silent for more than two of them. */
const PERIOD_NS: u64 = 3000000000;
/** After a word that did not come through: who looks at a new revision's spread should not wait long. */
const RETRY_NS: u64 = 1000000000;

/** The fields of sluice.mixer.v1.AnnounceRequest. */
const ORIGIN: u32 = 1;
const EPOCH: u32 = 2;
const STREAMS: u32 = 3;
const HAD_STREAM: u32 = 4;
const RECORDS: u32 = 5;

/** Says that this VM lives, what it runs and what became of its records, requests or not. One call under way at most. */
@final
export class Announcer {
	private request: Bytes = new Bytes(256, 16384);
	/** The call under way, 0 for none. */
	private token: u32 = 0;
	private dueNs: u64 = 0;

	/** @param epoch when this VM started, ns since 1970. */
	constructor(
		private target: GrpcTarget,
		private origin: Bytes,
		private epoch: u64,
		private reporter: Reporter,
	) {}

	/** Called several times a second: speaks when it is time to. */
	tick(nowNs: u64, streams: i32, hadStream: bool): void {
		if (this.token != 0 || nowNs < this.dueNs) return;
		let request = this.request;
		request.reset();
		writeBytesField(request, ORIGIN, this.origin.ptr, this.origin.size);
		writeVarintField(request, EPOCH, this.epoch);
		writeVarintField(request, STREAMS, streams);
		writeBoolField(request, HAD_STREAM, hadStream);
		this.reporter.writeOwn(request, RECORDS);
		if (callGrpc(this.target, SERVICE, METHOD, request.ptr, request.size, TIMEOUT_MS) != Status.Ok) {
			this.dueNs = nowNs + RETRY_NS;
			return;
		}
		this.token = lastGrpcToken();
		this.dueNs = nowNs + PERIOD_NS;
	}

	/** The Mixer has heard it; false if the call is not ours. */
	answered(token: u32): bool {
		if (token == 0 || token != this.token) return false;
		this.token = 0;
		return true;
	}

	/** A call of ours failed; false if it is not ours. */
	failed(token: u32, nowNs: u64): bool {
		if (!this.answered(token)) return false;
		this.dueNs = nowNs + RETRY_NS;
		return true;
	}
}
