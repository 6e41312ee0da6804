import type { AllocateRequest, AllocateResponse } from "../../../mixer/api/generated/mixer_pb.js";
import type { SeededRandom } from "./random.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** How bad the network is. */
export interface NetworkFaults {
	/** Of each message on its way there, and of each on its way back. */
	readonly loss: number;
	/** Of each request: it arrives twice. */
	readonly duplication: number;
	/** Each message takes up to so long, so that later ones overtake earlier ones. */
	readonly delayMs: number;
}

export type Allocate = (request: AllocateRequest) => Promise<AllocateResponse>;

/** Carries requests to the Mixer and its answers back, late, twice, out of order or not at all. */
export class FaultyNetwork {
	readonly #options: { time: VirtualTime; random: SeededRandom; faults: NetworkFaults; allocate: Allocate };

	constructor(options: { time: VirtualTime; random: SeededRandom; faults: NetworkFaults; allocate: Allocate }) {
		this.#options = options;
	}

	/** `receive` is called for every answer that comes, be it the same again. */
	send(request: AllocateRequest, receive: (answer: AllocateResponse) => void): void {
		const { random, faults } = this.#options;
		const copies = random.is(faults.duplication) ? 2 : 1;
		for (let i = 0; i < copies; i++) this.#carry(() => this.#arrive(request, receive));
	}

	async #arrive(request: AllocateRequest, receive: (answer: AllocateResponse) => void): Promise<void> {
		const answer = await this.#options.allocate(request);
		this.#carry(() => receive(answer));
	}

	#carry(arrive: () => void | Promise<void>): void {
		const { time, random, faults } = this.#options;
		if (!random.is(faults.loss)) time.after(1 + random.below(faults.delayMs), arrive);
	}
}
