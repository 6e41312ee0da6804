import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chart } from "./chart/chart.ts";
import type { Report } from "./report.ts";
import { reportMarkdown } from "./text.ts";

/** Writes results.json, README.md and bench.svg into a folder, each as a whole. */
export async function writeResults(dir: string, report: Report): Promise<void> {
	await mkdir(dir, { recursive: true });
	const files = {
		"results.json": `${JSON.stringify(report, null, "\t")}\n`,
		"README.md": reportMarkdown(report),
		"bench.svg": chart(report),
	};
	for (const [name, content] of Object.entries(files)) {
		const file = join(dir, name);
		await writeFile(`${file}.new`, content);
		await rename(`${file}.new`, file);
	}
}
