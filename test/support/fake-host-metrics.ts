import assert from "node:assert/strict";

const types = ["counter", "gauge", "histogram"] as const;

/** One of Envoy's stats. */
export interface Metric {
	readonly name: string;
	readonly type: (typeof types)[number];
	value: bigint;
	/** What a histogram was given. */
	readonly samples: bigint[];
}

/** The stats a filter defined, by number and by name. */
export class Metrics {
	private readonly byId: Metric[] = [];

	/** The same name gives the same stat, with an id of its own, as in Envoy. */
	define(type: number, name: string): number {
		const known = types[type];
		assert.ok(known !== undefined, `there is no metric type ${type}`);
		const metric = this.find(name) ?? { name, type: known, value: 0n, samples: [] };
		return this.byId.push(metric) - 1;
	}

	/** False for what Envoy refuses: an unknown id, a counter that goes down. */
	increment(id: number, by: bigint): boolean {
		const metric = this.byId[id];
		if (metric === undefined || metric.type === "histogram" || (metric.type === "counter" && by < 0n)) return false;
		metric.value += by;
		return true;
	}

	record(id: number, value: bigint): boolean {
		const metric = this.byId[id];
		if (metric === undefined) return false;
		if (metric.type === "histogram") metric.samples.push(value);
		else metric.value = metric.type === "gauge" ? value : metric.value + value;
		return true;
	}

	/** A counter's or a gauge's; Envoy gives away no histogram. */
	valueOf(id: number): bigint | undefined {
		const metric = this.byId[id];
		return metric?.type === "histogram" ? undefined : metric?.value;
	}

	/** A metric that the filter must have defined. */
	get(name: string): Metric {
		const metric = this.find(name);
		assert.ok(metric !== undefined, `the filter defined no metric ${name}, only ${this.names.join(", ")}`);
		return metric;
	}

	get names(): string[] {
		return [...new Set(this.byId.map(({ name }) => name))];
	}

	private find(name: string): Metric | undefined {
		return this.byId.find((metric) => metric.name === name);
	}
}
