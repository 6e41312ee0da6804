import { Counter, Gauge, type Registry } from "prom-client";
import type { RefreshOutcome, SourceView } from "../data-sources/running-source.ts";

/** How the data sources stand: read when scraped. */
export type SourceViews = () => readonly SourceView[];

/** Registers the data sources' metrics and gives back what counts a reading. */
export function dataSourceMetrics(
	registry: Registry,
	views: SourceViews,
): (source: string, outcome: RefreshOutcome) => void {
	const gauge = (name: string, help: string, read: (view: SourceView) => number | undefined) =>
		new Gauge({
			name: `sluice_data_source_${name}`,
			help,
			labelNames: ["source"],
			registers: [registry],
			collect() {
				this.reset();
				for (const view of views()) {
					const value = read(view);
					if (value !== undefined) this.set({ source: view.name }, value);
				}
			},
		});
	gauge("age_seconds", "Time since its data were last known to be current.", ({ ageMs }) =>
		ageMs === null ? undefined : ageMs / 1000,
	);
	gauge("entries", "Entries of its last good data.", ({ entries }) => entries ?? undefined);
	gauge("expired", "1 while its data are not current, or were never read.", ({ state }) => (state === "fresh" ? 0 : 1));
	const refreshes = new Counter({
		name: "sluice_data_source_refreshes_total",
		help: "Readings of a data source, by outcome.",
		labelNames: ["source", "outcome"],
		registers: [registry],
	});
	return (source, outcome) => refreshes.inc({ source, outcome });
}
