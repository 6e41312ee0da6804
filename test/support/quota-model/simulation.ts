import type { Quota } from "../../../galley/snapshot.ts";
import { allocateService } from "../../../mixer/quota/allocate.ts";
import { counterName } from "../../../mixer/quota/counter-name.ts";
import { encodeKey } from "../../../mixer/quota/key.ts";
import { MemoryQuotaStore } from "../../../mixer/quota/memory-store.ts";
import { quotaBook } from "../../../mixer/quota/quota-book.ts";
import type { QuotaRule } from "../../../mixer/quota/rule.ts";
import type { Outcome } from "../../../mixer/quota/store.ts";
import { FaultyNetwork, type NetworkFaults } from "./network.ts";
import { type Defect, PoolModel } from "./pool-model.ts";
import { SeededRandom } from "./random.ts";
import { VirtualTime } from "./virtual-time.ts";

/** One world. */
export interface Scenario {
	readonly seed: number;
	readonly algorithm: QuotaRule["algorithm"];
	readonly limit: number;
	/** With gcra; otherwise of no meaning. */
	readonly burst: number;
	readonly windowMs: number;
	readonly proxies: number;
	/** Requests of all proxies in a window while they come, by the limit. */
	readonly demand: number;
	/** Chance of a window to be quiet: little is asked, and that at its end. */
	readonly quiet: number;
	/** Of a window's time: how much of it requests come in. */
	readonly busy: number;
	readonly windows: number;
	readonly faults: NetworkFaults;
	/** Chances of each proxy in each window. */
	readonly drains: number;
	readonly kills: number;
	/** Chance of a window that a person resets the counter in it. */
	readonly resets: number;
	/** What is wrong with every pool. */
	readonly defect?: Defect;
}

/** What happened in it. */
export interface Happened {
	readonly rule: QuotaRule;
	/** Sorted. */
	readonly admitted: readonly number[];
	readonly refused: number;
	readonly asked: number;
	/** By the store: granted less what came back. */
	readonly ledger: number;
	/** By the proxies: what they spent, let expire, gave up, or never heard of. */
	readonly accounted: number;
	/** Each is a sentence about something that must never be. */
	readonly broken: readonly string[];
	/** Out on lease when all that is out is over. */
	readonly leftOver: number;
	readonly stranded: number;
	/** How often the limit began anew. */
	readonly resets: number;
}

/** Of the demand, in a quiet window. */
const QUIET_SHARE = 0.2;

const START = 1_760_572_800_000;
const KEY = encodeKey(["alice"]);

/** Plays a scenario to its end and some time beyond, when every lease is over. */
export async function simulate(scenario: Scenario): Promise<Happened> {
	const world = new World(scenario);
	return world.play();
}

class World {
	readonly #scenario: Scenario;
	readonly #time = new VirtualTime(START);
	readonly #random: SeededRandom;
	readonly #store: MemoryQuotaStore;
	readonly #network: FaultyNetwork;
	readonly #rule: QuotaRule;
	readonly #pools: PoolModel[] = [];
	readonly #alive: PoolModel[] = [];
	/** What the store granted, by dedup id, retries apart. */
	readonly #granted = new Map<string, number>();
	readonly #broken = new Set<string>();
	#resets = 0;
	#resetAt = 0;
	#returned = 0;
	#stranded = 0;
	#asked = 0;
	#ids = 0;

	constructor(scenario: Scenario) {
		this.#scenario = scenario;
		this.#random = new SeededRandom(scenario.seed);
		const onStranded = (_: string, amount: number) => {
			this.#stranded += amount;
		};
		this.#store = new MemoryQuotaStore({ clock: { now: () => this.#time.now }, onStranded });
		const book = quotaBook([quotaOf(scenario)]);
		const booked = book.get("q");
		if (booked === undefined) throw new Error("no quota");
		this.#rule = booked.usual;
		let dedupId = "";
		const allocate = allocateService({
			quotas: () => book,
			stores: new Map([["memory", this.#store]]),
			revision: () => undefined,
			observer: {
				outcome: ({ operation, outcome }) => this.#note(dedupId, operation.kind, outcome),
				refused: () => {},
				store: () => {},
			},
			now: () => 0,
		});
		this.#network = new FaultyNetwork({
			time: this.#time,
			random: this.#random,
			faults: scenario.faults,
			allocate: (request) => {
				({ dedupId } = request);
				return allocate(request);
			},
		});
	}

	async play(): Promise<Happened> {
		const { proxies, windows, windowMs } = this.#scenario;
		for (let i = 0; i < proxies; i++) this.#begin();
		for (let window = 0; window < windows; window++) {
			this.#plan(window);
			await this.#time.runUntil(START + (window + 1) * windowMs);
			await this.#check();
		}
		await this.#time.runUntil(this.#time.now + windowMs + 120_000);
		const leftOver = (await this.#read()).leased;
		return { ...this.#tally(), leftOver };
	}

	#begin(): void {
		const pool = new PoolModel({
			time: this.#time,
			network: this.#network,
			proxy: `edge-${this.#pools.length}`,
			quota: "q",
			key: KEY,
			id: BigInt(this.#pools.length + 1),
			nextId: () => `${this.#ids++}`,
			// At once: what is spent meanwhile would hide that too much was there.
			onLeased: () => this.#time.after(0, () => this.#check()),
			defect: this.#scenario.defect,
		});
		this.#pools.push(pool);
		this.#alive.push(pool);
	}

	/** The requests and troubles of one window. */
	#plan(window: number): void {
		const { limit, demand, busy, windowMs, drains, kills, resets, proxies } = this.#scenario;
		const begin = START + window * windowMs - this.#time.now;
		// What a quiet window leaves in the pools must not add to a busy one after it.
		const isQuiet = this.#random.is(this.#scenario.quiet);
		const requests = Math.ceil(limit * demand * (isQuiet ? QUIET_SHARE : 1));
		const first = isQuiet ? windowMs * (1 - busy) : 0;
		for (let i = 0; i < requests; i++) {
			this.#asked++;
			this.#time.after(begin + first + this.#random.next() * windowMs * busy, () => this.#pick()?.request());
		}
		if (this.#random.is(resets)) this.#time.after(begin + this.#random.next() * windowMs, () => this.#reset());
		for (let i = 0; i < proxies; i++) {
			const at = begin + this.#random.next() * windowMs;
			if (this.#random.is(drains)) this.#time.after(at, () => this.#pick()?.drain());
			if (this.#random.is(kills)) this.#time.after(at, () => this.#replace());
			this.#time.after(at, () => this.#check());
		}
	}

	#pick(): PoolModel | undefined {
		return this.#alive[this.#random.below(this.#alive.length)];
	}

	#replace(): void {
		const [killed] = this.#alive.splice(this.#random.below(this.#alive.length), 1);
		killed?.kill();
		this.#begin();
	}

	async #reset(): Promise<void> {
		await this.#store.reset(counterName("q", this.#rule, KEY));
		this.#resetAt = this.#time.now;
		this.#resets++;
	}

	#note(dedupId: string, kind: string, outcome: Outcome): void {
		if (outcome.isRepeated) return;
		if (this.#granted.has(dedupId)) this.#broken.add("one id was charged twice");
		if (kind === "return") this.#returned += outcome.granted;
		else this.#granted.set(dedupId, outcome.granted);
		this.#stranded += outcome.stranded;
		if (outcome.leased > Math.floor(this.#rule.capacity / 20)) this.#broken.add(`${outcome.leased} are out on lease`);
	}

	/**
	 * What the pools can spend is never more than what the store believes to be out, once they have heard that it began
	 * anew.
	 */
	async #check(): Promise<void> {
		const pools = this.#pools.filter(({ heardAt }) => heardAt > this.#resetAt);
		const held = pools.reduce((sum, pool) => sum + pool.held, 0);
		const { leased } = await this.#read();
		if (held > leased) this.#broken.add(`the pools hold ${held} where the store knows of ${leased}`);
	}

	async #read(): Promise<Outcome> {
		const operation = { kind: "read", counter: counterName("q", this.#rule, KEY), rule: this.#rule } as const;
		const [outcome] = await this.#store.allocate({ dedupId: "look", operations: [operation] });
		if (outcome === undefined) throw new Error("no outcome");
		return outcome;
	}

	#tally(): Omit<Happened, "leftOver"> {
		const fates = this.#pools.map((pool) => {
			// Looking at what is held lets go what is over: first this, then what became of the rest.
			const { held } = pool;
			return { ...pool.fates, held };
		});
		const sum = (of: (fate: (typeof fates)[number]) => number) => fates.reduce((total, fate) => total + of(fate), 0);
		const accepted = new Set(this.#pools.flatMap((pool) => [...pool.accepted]));
		let unheard = 0;
		for (const [id, granted] of this.#granted) if (!accepted.has(id)) unheard += granted;
		const offered = sum((fate) => fate.offered);
		const spent = sum((fate) => fate.admitted.length + fate.held + fate.expired + fate.forfeited);
		return {
			rule: this.#rule,
			admitted: fates.flatMap(({ admitted }) => admitted).sort((a, b) => a - b),
			refused: sum((fate) => fate.refused),
			asked: this.#asked,
			ledger: [...this.#granted.values()].reduce((total, granted) => total + granted, 0) - this.#returned,
			accounted: spent + unheard + offered - this.#returned,
			broken: [...this.#broken],
			stranded: this.#stranded,
			resets: this.#resets,
		};
	}
}

function quotaOf({ algorithm, limit, burst, windowMs }: Scenario): Quota {
	const gcra = algorithm === "gcra" ? { burst } : {};
	const rest = {
		overrides: [],
		failureMode: "deny",
		store: "memory",
		mode: "enforce",
		charge: { at: "request" },
	} as const;
	return { name: "q", limit, windowMs, algorithm, ...gcra, ...rest, file: "q.yaml", line: 1 };
}
