const NS_PER_MS = 1_000_000;

/** Something that falls due, and what happens then. */
export interface Due {
	readonly atNs: bigint;
	readonly run: () => void;
}

/** The test's clock and the tick that the filter asked for. */
export class FakeTimers {
	/** Nanoseconds since 1970. */
	nowNs: bigint;
	/** 0: no ticks. */
	tickPeriodMs = 0;
	private nextTickNs = 0n;

	constructor(nowNs: bigint) {
		this.nowNs = nowNs;
	}

	after(ms: number): bigint {
		return this.nowNs + BigInt(Math.round(ms * NS_PER_MS));
	}

	setTickPeriod(ms: number): void {
		this.tickPeriodMs = ms;
		this.nextTickNs = this.after(ms);
	}

	/** Lets time pass: what falls due happens in order, each at its time. */
	advance(ms: number, tick: () => void, others: () => Due[]): void {
		const untilNs = this.after(ms);
		for (;;) {
			const due = this.ticks(tick).concat(others());
			due.sort((a, b) => (a.atNs < b.atNs ? -1 : a.atNs > b.atNs ? 1 : 0));
			const [first] = due;
			if (first === undefined || first.atNs > untilNs) break;
			this.nowNs = first.atNs;
			first.run();
		}
		this.nowNs = untilNs;
	}

	private ticks(tick: () => void): Due[] {
		if (this.tickPeriodMs === 0) return [];
		const run = () => {
			this.nextTickNs = this.after(this.tickPeriodMs);
			tick();
		};
		return [{ atNs: this.nextTickNs, run }];
	}
}
