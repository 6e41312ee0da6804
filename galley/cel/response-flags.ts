/** Envoy's short names for its response flags (%RESPONSE_FLAGS% of its access logs), from the lowest bit on. */
const NAMES = [
	...["LH", "UH", "UT", "LR", "UR", "UF", "UC", "UO", "NR", "DI", "FI", "RL", "UAEX", "RLSE", "DC", "URX"],
	...["SI", "IH", "DPE", "UMSDR", "RFCF", "NFCF", "DT", "UPE", "NC", "OM", "DF", "DO", "DR", "UDO"],
];

/** Flags as Envoy's access logs write them: `UF,URX`, or `-` where there are none. A bit without a name is its number. */
export function responseFlags(bits: bigint): string {
	const names: string[] = [];
	for (let bit = 0; bit < 64; bit++) {
		if ((bits >> BigInt(bit)) & 1n) names.push(NAMES[bit] ?? String(bit));
	}
	return names.length === 0 ? "-" : names.join(",");
}
