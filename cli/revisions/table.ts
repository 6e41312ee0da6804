/** A column: numbers stand at its right. */
export interface Column {
	readonly title: string;
	readonly isNumber?: boolean;
}

/** Rows in columns as wide as their widest cell, two spaces between them. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
	const lines = [columns.map(({ title }) => title), ...rows];
	const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
	const cell = (text: string, index: number) => {
		const width = widths[index] ?? 0;
		return columns[index]?.isNumber ? text.padStart(width) : text.padEnd(width);
	};
	return lines.map((line) => `${line.map(cell).join("  ").trimEnd()}\n`).join("");
}
