import type { AdapterLogger } from "../../../mixer/adapters/adapter.ts";
import type { DataSourceEnv } from "../../../mixer/data-sources/data-source.ts";

/** What is logged goes into `lines`. */
export function linesLogger(lines: string[] = []): AdapterLogger {
	const add = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
	return { info: add, warn: add, error: add };
}

/** An env of a source named `own`, with these parts. */
export function sourceEnv(parts: Partial<DataSourceEnv> = {}): DataSourceEnv {
	return { name: "own", dir: "/nowhere", maxBytes: 1 << 20, environment: {}, logger: linesLogger(), ...parts };
}

/** Nobody gives it up. */
export const patient = new AbortController().signal;
