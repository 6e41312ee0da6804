/** How many pages of 64 KiB are tried. */
export interface LeastMemoryOptions {
	readonly firstPages: number;
	readonly mostPages: number;
}

/**
 * Starts a module with the least memory that holds its constants, doubling what it is given. One that is given too
 * little says so by not linking, or, where opa's compiler counted only some of the constants (1.22.2), by a trap while
 * they are written.
 *
 * @throws whatever else starting it throws, and what the last attempt threw.
 */
export function instantiateInLeast<Started>(
	start: (pages: number) => Started,
	{ firstPages, mostPages }: LeastMemoryOptions,
): Started {
	for (let pages = firstPages; ; pages *= 2) {
		try {
			return start(pages);
		} catch (error) {
			const isTooSmall = error instanceof WebAssembly.LinkError || error instanceof WebAssembly.RuntimeError;
			if (!isTooSmall || pages * 2 > mostPages) throw error;
		}
	}
}
