/** See build-filter.mjs. */
export function buildFilter(options?: {
	readonly entry?: string;
	readonly out?: string;
	readonly target?: "release" | "debug";
	readonly keep?: readonly string[];
}): Promise<Uint8Array>;
