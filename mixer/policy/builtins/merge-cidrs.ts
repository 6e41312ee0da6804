import { formatIp, type IpAddress, type IpNetwork, lastOf, networkOf, parseCidr, parseIp } from "./ip-address.ts";
import type { RegoValue } from "./rego-value.ts";

/** Addresses from one to another, both of 128 bits, and how the network is written if it is still one of those given. */
interface Range {
	readonly first: bigint;
	readonly last: bigint;
	readonly written: string | undefined;
}

/** Where the addresses of IPv4 lie among those of 128 bits. */
const MAPPED = 0xffffn << 32n;

/** Networks in as few as can be: neighbours joined, those within others dropped (net.cidr_merge). */
export function mergeCidrs(value: RegoValue): string[] {
	if (!("items" in value)) throw new Error("operand must be an array");
	const ranges = value.items.map(rangeOf).sort(byLast);
	for (let i = ranges.length - 1; i > 0; i--) {
		const [before, range] = [ranges[i - 1], ranges[i]];
		if (before === undefined || range === undefined || previous(range.first) > before.last) continue;
		const isBefore = before.first < range.first;
		ranges.splice(i - 1, 2, { first: (isBefore ? before : range).first, last: range.last, written: undefined });
	}
	return ranges.flatMap((range) => (range.written === undefined ? networksOf(range) : [range.written]));
}

function rangeOf(item: RegoValue): Range {
	if (item.type !== "string") throw new Error("element must be string");
	const address = parseIp(item.value);
	if (address?.bits === 128) throw new Error("IPv6 invalid: needs prefix length");
	const network = address ? networkOf(address, classPrefix(address)) : parseCidr(item.value);
	const written = address ? `${formatIp(address)}/${network.prefix}` : formatNetwork(network);
	return { first: wide(network.address), last: wide(lastOf(network)), written };
}

/** The network that an address without a prefix was in before there were prefixes. */
function classPrefix({ value }: IpAddress): number {
	const first = Number(value >> 24n);
	if (first < 0x80) return 8;
	return first < 0xc0 ? 16 : 24;
}

function byLast(a: Range, b: Range): number {
	const order = a.last - b.last || a.first - b.first;
	if (order === 0n) return 0;
	return order < 0n ? -1 : 1;
}

/** Nothing comes before the first address of its kind. */
function previous(address: bigint): bigint {
	return address === 0n || address === MAPPED ? address : address - 1n;
}

function wide({ bits, value }: IpAddress): bigint {
	return bits === 32 ? MAPPED | value : value;
}

/** The fewest networks that make up a range: each as large as its beginning and the rest allow. */
function networksOf({ first, last }: Range): string[] {
	const isIpv4 = first >> 32n === 0xffffn;
	const bits = isIpv4 ? 32 : 128;
	const networks: string[] = [];
	for (let at = first; at <= last; ) {
		let size = 0;
		while (size < bits && at % (1n << BigInt(size + 1)) === 0n && at + (1n << BigInt(size + 1)) - 1n <= last) size++;
		const address: IpAddress = { bits, value: isIpv4 ? at & 0xffffffffn : at };
		networks.push(formatNetwork({ address, prefix: bits - size }));
		at += 1n << BigInt(size);
	}
	return networks;
}

function formatNetwork({ address, prefix }: IpNetwork): string {
	const isMapped = address.bits === 128 && address.value >> 32n === 0xffffn;
	return `${formatIp(address)}/${isMapped ? prefix - 96 : prefix}`;
}
