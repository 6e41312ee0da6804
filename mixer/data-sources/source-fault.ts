import type { DataSourceConfig } from "../../galley/snapshot.ts";

/** What is wrong with a source, each line with the place of its DataSource in front. */
export function sourceFault(
	{ file, line, name }: Pick<DataSourceConfig, "file" | "line" | "name">,
	message: string,
): string {
	return message
		.split("\n")
		.map((text) => `${file}:${line}: DataSource ${name}: ${text}`)
		.join("\n");
}
