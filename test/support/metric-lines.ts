/** A line of Prometheus' text format. */
export interface MetricLine {
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

/** The lines of one metric; labels' values without escapes. */
export function metricLines(text: string, name: string): MetricLine[] {
	return text.split("\n").flatMap((line) => {
		const [, metric = "", labels = "", value = ""] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
		if (metric !== name) return [];
		const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = "", text = ""]) => [label, text] as const);
		return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
	});
}
