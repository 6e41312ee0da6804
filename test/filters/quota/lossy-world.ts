import assert from "node:assert/strict";
import { fromBinary } from "@bufbuild/protobuf";
import type { Quota } from "../../../galley/snapshot.ts";
import {
	AllocateResponseSchema,
	QuotaAnswer_Status,
	type QuotaItem,
	QuotaItem_Kind,
} from "../../../mixer/api/generated/mixer_pb.js";
import { encodeKey } from "../../../mixer/quota/key.ts";
import type { FakeHost } from "../../support/fake-host.ts";
import type { FakeGrpcCall } from "../../support/fake-host-grpc.ts";
import type { FakeStream } from "../../support/fake-host-stream.ts";
import { counter } from "../../support/filter-host.ts";
import { MIDNIGHT_MS, pendingAllocates, QuotaEnvoy, QuotaStoreSide, requestOf } from "./quota-envoy.ts";

/** One thing that happens; numbers choose among what there is at that time. */
export type Event =
	| { readonly kind: "request"; readonly vm: number; readonly keys: readonly number[]; readonly amount: number }
	/** Requests for one key whose calls are answered at once. */
	| { readonly kind: "burst"; readonly vm: number; readonly key: number; readonly count: number }
	/** The store gets a call, perhaps not for the first time; its answer is on its way then. */
	| { readonly kind: "arrive"; readonly call: number }
	/** An answer arrives. */
	| { readonly kind: "answer"; readonly answer: number }
	| { readonly kind: "lose"; readonly answer: number }
	| { readonly kind: "fail"; readonly call: number }
	| { readonly kind: "end"; readonly stream: number }
	| { readonly kind: "pass"; readonly ms: number }
	/** A VM is gone without a word, and another one takes its place. */
	| { readonly kind: "replace"; readonly vm: number };

interface Admission {
	readonly key: string;
	readonly amount: number;
	readonly atMs: number;
}

/** What a call got of the store for a request that waited for it, or gave back. */
interface Grant {
	readonly key: string;
	readonly amount: number;
	/** When the store counted it. */
	readonly grantedMs: number;
	/** When the answer came, or it was back; undefined while neither. */
	arrivedMs?: number;
}

interface Waiting {
	readonly host: FakeHost;
	readonly stream: FakeStream;
	readonly keys: readonly string[];
	readonly amount: number;
}

/** Time passes in steps of so many milliseconds; windows are a multiple of it. */
const STEP_MS = 10;

/** Some Envoys, a store, and a network between them that loses, repeats and delays; one clock for all, each Envoy's own put wrong. */
export class LossyWorld {
	readonly admissions: Admission[] = [];
	readonly store: QuotaStoreSide;
	#nowMs = MIDNIGHT_MS;
	readonly #envoys: QuotaEnvoy[];
	#waiting: Waiting[] = [];
	readonly #grants = new Map<string, readonly Grant[]>();
	readonly #answers: { call: FakeGrpcCall; message: Uint8Array }[] = [];

	private constructor(quota: Quota, envoys: QuotaEnvoy[]) {
		this.store = new QuotaStoreSide([quota]);
		this.#envoys = envoys;
	}

	static async start(quota: Quota, envoys: number): Promise<LossyWorld> {
		const started = Array.from({ length: envoys }, (_, i) =>
			QuotaEnvoy.start({
				quotas: [quota],
				vms: 2,
				host: {
					clockNs: BigInt(MIDNIGHT_MS + (i - 1) * 777_777) * 1_000_000n,
					properties: { "xds.node.id": `envoy-${i}` },
				},
			}),
		);
		return new LossyWorld(quota, await Promise.all(started));
	}

	async run(event: Event): Promise<void> {
		switch (event.kind) {
			case "request":
				this.#request(event);
				break;
			case "burst":
				await this.#burst(event);
				break;
			case "arrive": {
				const call = pick(this.#calls(), event.call);
				if (call !== undefined) this.#answers.push({ call, message: await this.#arrive(call) });
				break;
			}
			case "answer": {
				const answer = pick(this.#answers, event.answer);
				if (answer === undefined) return;
				this.#answers.splice(this.#answers.indexOf(answer), 1);
				if (answer.call.state === "pending") this.#deliver(answer.call, answer.message);
				break;
			}
			case "lose":
				if (this.#answers.length > 0) this.#answers.splice(event.answer % this.#answers.length, 1);
				break;
			case "fail":
				pick(this.#calls(), event.call)?.fail(14, "");
				break;
			case "end": {
				const waiting = pick(this.#waiting, event.stream);
				if (waiting !== undefined) waiting.stream.end();
				this.#waiting = this.#waiting.filter((each) => each !== waiting);
				break;
			}
			case "pass":
				for (let ms = 0; ms < event.ms; ms += STEP_MS) this.#step();
				break;
			case "replace":
				await this.#replace(event.vm);
		}
		this.#look(this.#nowMs);
	}

	/** Everything on its way arrives, until nothing is. */
	async settle(): Promise<void> {
		for (let i = 0; i < 200; i++) {
			for (const call of this.#calls()) if (call.state === "pending") this.#deliver(call, await this.#arrive(call));
			this.#look(this.#nowMs);
			this.#step();
		}
		assert.deepEqual(this.#waiting, [], "a request still waits");
	}

	/** Callbacks that failed. */
	get failures(): number {
		return this.#envoys.reduce((sum, envoy) => sum + counter(envoy.vm(), "sluice_callback_failures"), 0);
	}

	#request({ vm, keys, amount }: Extract<Event, { kind: "request" }>): void {
		const envoy = this.#envoys[vm % this.#envoys.length] ?? assert.fail();
		const names = [...new Set(keys)].map((key) => `key-${key}`);
		const draws = names.map((key) => ({ name: "reads", key: [key], amount }));
		const index = Math.floor(vm / this.#envoys.length) % 2;
		const stream = envoy.draw(draws, index);
		this.#waiting.push({ host: envoy.vm(index), stream, keys: names, amount });
	}

	async #burst({ vm, key, count }: Extract<Event, { kind: "burst" }>): Promise<void> {
		for (let i = 0; i < count; i++) {
			const before = new Set(this.#calls());
			this.#request({ kind: "request", vm, keys: [key], amount: 1 });
			for (const call of this.#calls()) {
				if (!before.has(call) && call.state === "pending") this.#deliver(call, await this.#arrive(call));
			}
		}
	}

	/** What the store had granted to requests before this time that pass or give it back then or later. */
	onItsWay(key: string, atMs: number): number {
		let sum = 0;
		for (const grant of [...this.#grants.values()].flat()) {
			const { grantedMs, arrivedMs = 0 } = grant;
			if (grant.key === key && grantedMs < atMs && arrivedMs >= atMs) sum += grant.amount;
		}
		return sum;
	}

	/** The store's answer, which is counted the first time that it gets the call. */
	async #arrive(call: FakeGrpcCall): Promise<Uint8Array> {
		const message = await this.store.respond(call);
		const { dedupId, items } = requestOf(call);
		if (this.#grants.has(dedupId)) return message;
		const { answers } = fromBinary(AllocateResponseSchema, message);
		const granted = items.filter((_, i) => answers[i]?.status === QuotaAnswer_Status.OK);
		this.#grants.set(
			dedupId,
			granted.map((item) => this.#grantOf(item)),
		);
		return message;
	}

	/** What goes back was on its way since it was charged; of what goes back together, since the first of it was. */
	#grantOf({ key, kind, amount, minimum, reserved, chargedAtMs }: QuotaItem): Grant {
		const grant = { key: keyText(key), grantedMs: this.#nowMs };
		if (kind === QuotaItem_Kind.SETTLE) {
			const back = Number(reserved - amount);
			return { ...grant, amount: back, grantedMs: Number(chargedAtMs), arrivedMs: this.#nowMs };
		}
		return { ...grant, amount: Number(kind === QuotaItem_Kind.LEASE ? minimum : amount) };
	}

	#deliver(call: FakeGrpcCall, message: Uint8Array): void {
		for (const grant of this.#grants.get(requestOf(call).dedupId) ?? []) grant.arrivedMs ??= this.#nowMs;
		call.answer(message);
	}

	#calls(): FakeGrpcCall[] {
		return this.#hosts().flatMap(pendingAllocates);
	}

	#hosts(): FakeHost[] {
		return this.#envoys.flatMap(({ vms }) => vms);
	}

	/** What is admitted while time passes was so before it is over: a window's grants end before the window does. */
	#step(): void {
		for (const host of this.#hosts()) host.advance(STEP_MS);
		this.#look(this.#nowMs);
		this.#nowMs += STEP_MS;
		this.store.nowMs = this.#nowMs;
	}

	#look(atMs: number): void {
		this.#waiting = this.#waiting.filter(({ stream, keys, amount }) => {
			if (stream.localResponse === undefined && stream.result === "paused") return true;
			if (stream.localResponse === undefined)
				this.admissions.push(...keys.map((key) => ({ key: keyText(encodeKey([key])), amount, atMs })));
			stream.end();
			return false;
		});
	}

	async #replace(vm: number): Promise<void> {
		const envoy = this.#envoys[vm % this.#envoys.length] ?? assert.fail();
		const index = Math.floor(vm / this.#envoys.length) % 2;
		const gone = envoy.vm(index);
		this.#waiting = this.#waiting.filter(({ host }) => host !== gone);
		await envoy.replace(index);
	}
}

function keyText(key: Uint8Array): string {
	return Buffer.from(key).toString("latin1");
}

function pick<T>(things: readonly T[], number: number): T | undefined {
	return things.length === 0 ? undefined : things[number % things.length];
}
