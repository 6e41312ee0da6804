import type { Configuration } from "./analysis.ts";
import type { Message } from "./message.ts";
import { toMessage } from "./problem.ts";

/** Two DataSources for one place below data, or one within the other's. */
export function sharedDataPaths({ entries }: Configuration): Message[] {
	const sources = entries.filter((entry) => entry.kind === "DataSource");
	return sources.flatMap(({ value, source }, index) => {
		const { path } = value.spec;
		const isShared = (other: string) => `${path}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${path}/`);
		const earlier = sources.slice(0, index).find((other) => isShared(other.value.spec.path));
		if (earlier === undefined) return [];
		const { metadata, spec } = earlier.value;
		const place = `${earlier.source.file}:${earlier.source.place([]).line}`;
		const text = `${path} is given by DataSource ${metadata.name} already (${spec.path}), at ${place}`;
		return [toMessage(source, { code: "same_path", path: ["spec", "path"], at: "value", text })];
	});
}
