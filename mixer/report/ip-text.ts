/** An address of 4 or 16 bytes as text, IPv6 as RFC 5952 says; undefined for any other size. */
export function ipText(bytes: Uint8Array): string | undefined {
	if (bytes.length === 4) return bytes.join(".");
	if (bytes.length !== 16) return undefined;
	const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
	if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
		return `::ffff:${bytes.subarray(12).join(".")}`;
	}
	return compress(groups);
}

function compress(groups: readonly number[]): string {
	const hex = groups.map((group) => group.toString(16));
	const { start, length } = longestZeroRun(groups);
	if (length < 2) return hex.join(":");
	return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
	let best = { start: 0, length: 0 };
	let start = 0;
	for (let i = 0; i < groups.length; i++) {
		if (groups[i] !== 0) start = i + 1;
		else if (i + 1 - start > best.length) best = { start, length: i + 1 - start };
	}
	return best;
}
