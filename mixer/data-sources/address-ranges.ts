import { formatIp, type IpNetwork, networkOf, parseIp } from "../policy/builtins/ip-address.ts";

/** The key of the ranges that belong to no beginning, or to several. */
const ANY = "*";

/** The bits of an address's first part in text, up to its first dot or colon. */
const FIRST_BITS = { 32: 8, 128: 16 } as const;

/** The first addresses that stand for those of IPv4: what comes behind them is a prefix of 32 bits at most. */
const MAPPED_BITS = 96;

/** An address or range in text; undefined where it is none. A single address is a range of one. */
export function readRange(text: string): IpNetwork | undefined {
	const [, written = "", digits] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
	const address = parseIp(written);
	if (address === undefined) return undefined;
	const isMapped = address.bits === 32 && written.includes(":");
	const prefix = digits === undefined ? address.bits : Number(digits) - (isMapped ? MAPPED_BITS : 0);
	return prefix >= 0 && prefix <= address.bits ? networkOf(address, prefix) : undefined;
}

/**
 * Ranges by the first part of the addresses in them, as Envoy writes those: `{"203": ["203.0.113.0/24"], "2001": […]}`.
 * A policy looks only at those that can hold an address, and at `*`, where the widest are: each range costs some 220 units
 * of fuel, of which 10,000 in a row would take more than an evaluation has.
 */
export function rangeDocument(texts: readonly string[]): string {
	const ranges = new Map<string, Set<string>>();
	for (const text of texts) {
		const network = readRange(text);
		if (network === undefined) continue;
		const key = firstPart(network);
		const range = `${formatIp(network.address)}/${network.prefix}`;
		const before = ranges.get(key) ?? new Set();
		ranges.set(key, before.add(range));
	}
	const sorted = [...ranges].sort(([a], [b]) => (a < b ? -1 : 1));
	return JSON.stringify(Object.fromEntries(sorted.map(([key, below]) => [key, [...below]])));
}

function firstPart({ address, prefix }: IpNetwork): string {
	const bits = FIRST_BITS[address.bits];
	const first = address.value >> BigInt(address.bits - bits);
	// The zeros that an IPv6 address begins with may be written as `::`.
	if (prefix < bits || (address.bits === 128 && first === 0n)) return ANY;
	return first.toString(address.bits === 32 ? 10 : 16);
}
