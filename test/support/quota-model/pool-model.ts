import { create } from "@bufbuild/protobuf";
import {
	type AllocateRequest,
	AllocateRequestSchema,
	type AllocateResponse,
	QuotaAnswer_Status,
	QuotaItem_Kind,
} from "../../../mixer/api/generated/mixer_pb.js";
import type { FaultyNetwork } from "./network.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** How long a call may take before it is sent again, and how often it is. */
const TIMEOUT_MS = 100;
const ATTEMPTS = 3;

/** How long a denial is believed at most: others may give something back before the window ends. */
const MAX_DENIED_MS = 1000;

/** What became of tokens at a proxy. */
export interface Fates {
	/** Admitted requests: when, by the proxy's time or, for one that waited, by the store's. */
	readonly admitted: number[];
	/** Requests that were refused, by the store or for want of an answer. */
	refused: number;
	/** Granted and accepted, but over before they were spent. */
	expired: number;
	/** Given up because the store no longer knew them. */
	forfeited: number;
	/** Offered for a return; what of it the store took is the store's to say. */
	offered: number;
}

/** What a pool can do wrong. Each must break a promise, or the promises show nothing (test/mixer/quota/defects.test.ts). */
export const DEFECTS = [
	"goes on spending what is forfeited",
	"goes on spending what is over",
	"counts a lease from its answer",
	"keeps what it gives back",
	"takes an answer that it no longer waits for",
	"says that it holds nothing",
	"spends without counting",
] as const;
export type Defect = (typeof DEFECTS)[number];

/** A call under way. */
interface UnderWay {
	readonly request: AllocateRequest;
	readonly sentAt: number;
	readonly minimum: number;
	attempts: number;
}

/**
 * A proxy's pool of one quota and key as mixer/quota/README.md says it must be: what the filter is held against. Every
 * request costs one.
 */
export class PoolModel {
	readonly fates: Fates = { admitted: [], refused: 0, expired: 0, forfeited: 0, offered: 0 };
	/** Grants of answers that this pool took, by dedup id. */
	readonly accepted = new Set<string>();
	/** The store's time of the last answer that it took. */
	heardAt = 0;
	readonly #options: PoolOptions;
	#sequence = 0n;
	#balance = 0;
	#endsAt = 0;
	#waiting = 0;
	#underWay: UnderWay | undefined;
	#isDead = false;
	#deniedUntil = 0;
	/** Requests since the last renewal: what is wanted next. */
	#demand = 0;

	constructor(options: PoolOptions) {
		this.#options = options;
	}

	/** What can still be spent. */
	get held(): number {
		this.#expire();
		return this.#isDead ? 0 : this.#balance;
	}

	/** A request comes: it spends, or waits for a lease. */
	request(): void {
		if (this.#isDead) return;
		this.#expire();
		if (this.#balance === 0 && this.#options.time.now < this.#deniedUntil) {
			this.fates.refused++;
			return;
		}
		this.#demand++;
		if (this.#balance > 0) {
			if (!this.#has("spends without counting")) this.#balance--;
			this.fates.admitted.push(this.#options.time.now);
		} else this.#waiting++;
		if (this.#underWay === undefined && (this.#waiting > 0 || this.#balance * 2 < this.#demand)) this.#lease();
	}

	/** Gives everything back, as on drain. */
	drain(): void {
		this.#expire();
		const amount = this.#balance;
		if (!this.#has("keeps what it gives back")) this.#balance = 0;
		this.fates.offered += amount;
		this.#refuseWaiting();
		this.#underWay = undefined;
		const item = { ...this.#item(), kind: QuotaItem_Kind.RETURN, amount: BigInt(amount), held: 0n };
		this.#options.network.send(this.#request(item), () => {});
	}

	/** Ends without a word. */
	kill(): void {
		this.#expire();
		this.fates.expired += this.#balance;
		this.#balance = 0;
		this.#isDead = true;
		this.#underWay = undefined;
		this.#refuseWaiting();
	}

	#lease(): void {
		const minimum = this.#waiting;
		const amount = minimum + Math.max(10, this.#demand);
		this.#demand = 0;
		const item = { ...this.#item(), kind: QuotaItem_Kind.LEASE, amount: BigInt(amount), minimum: BigInt(minimum) };
		const held = this.#has("says that it holds nothing") ? 0 : this.#balance;
		const request = this.#request({ ...item, held: BigInt(held) });
		this.#underWay = { request, sentAt: this.#options.time.now, minimum, attempts: 0 };
		this.#attempt(this.#underWay);
	}

	#attempt(call: UnderWay): void {
		if (this.#underWay !== call) return;
		if (call.attempts++ === ATTEMPTS) {
			this.#underWay = undefined;
			this.#refuseWaiting();
			return;
		}
		this.#options.network.send(call.request, (answer) => this.#receive(call, answer));
		this.#options.time.after(TIMEOUT_MS, () => this.#attempt(call));
	}

	#receive(call: UnderWay, { answers: [answer] }: AllocateResponse): void {
		const isAwaited = this.#underWay === call || this.#has("takes an answer that it no longer waits for");
		if (!isAwaited || answer === undefined) return;
		this.#underWay = undefined;
		this.#expire();
		this.heardAt = Number(answer.chargedAtMs);
		const from = this.#has("counts a lease from its answer") ? this.#options.time.now : call.sentAt;
		const endsAt = from + Number(answer.validMs);
		this.#giveUp(Number(answer.forfeited));
		if (answer.status !== QuotaAnswer_Status.OK || endsAt <= this.#options.time.now) {
			const retryMs = answer.status === QuotaAnswer_Status.DENIED ? Number(answer.retryAfterMs) : 0;
			this.#deniedUntil = this.#options.time.now + Math.min(MAX_DENIED_MS, call.minimum === 1 ? retryMs : 0);
			this.#refuseWaiting();
			return;
		}
		this.accepted.add(call.request.dedupId);
		this.#balance += Number(answer.granted) - call.minimum;
		this.#endsAt = endsAt;
		this.#waiting -= call.minimum;
		for (let i = 0; i < call.minimum; i++) this.fates.admitted.push(Number(answer.chargedAtMs));
		this.#options.onLeased?.();
		while (this.#waiting > 0 && this.#balance > 0) {
			this.#waiting--;
			this.#balance--;
			this.fates.admitted.push(this.#options.time.now);
		}
		if (this.#waiting > 0) this.#lease();
	}

	#giveUp(forfeited: number): void {
		if (this.#has("goes on spending what is forfeited")) return;
		const given = Math.min(this.#balance, forfeited);
		this.#balance -= given;
		this.fates.forfeited += given;
	}

	#expire(): void {
		if (this.#options.time.now < this.#endsAt || this.#has("goes on spending what is over")) return;
		this.fates.expired += this.#balance;
		this.#balance = 0;
	}

	#has(defect: Defect): boolean {
		return this.#options.defect === defect;
	}

	#refuseWaiting(): void {
		this.fates.refused += this.#waiting;
		this.#waiting = 0;
	}

	#item() {
		const { quota, key, id } = this.#options;
		return { quota, key, pool: id, sequence: ++this.#sequence };
	}

	#request(item: object): AllocateRequest {
		const { proxy, nextId } = this.#options;
		return create(AllocateRequestSchema, { origin: { proxy }, dedupId: nextId(), items: [item] });
	}
}

export interface PoolOptions {
	readonly time: VirtualTime;
	readonly network: FaultyNetwork;
	readonly proxy: string;
	readonly quota: string;
	readonly key: Uint8Array;
	readonly id: bigint;
	/** Unlike any before. */
	readonly nextId: () => string;
	/** Told when it has taken a lease and spent nothing of it yet. */
	readonly onLeased?: () => void;
	readonly defect?: Defect | undefined;
}
