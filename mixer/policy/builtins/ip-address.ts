import { isIPv4, isIPv6 } from "node:net";

/** An address: 4 bytes, or 16. */
export interface IpAddress {
	readonly bits: 32 | 128;
	readonly value: bigint;
}

/** A range of addresses with a common beginning. */
export interface IpNetwork {
	/** The first of its addresses. */
	readonly address: IpAddress;
	readonly prefix: number;
}

/** The first addresses that stand for those of IPv4. */
const MAPPED = 0xffffn << 32n;

/** An address as Go's net.ParseIP reads it, so that ::ffff:a.b.c.d is a.b.c.d; undefined where it is none, or has a zone. */
export function parseIp(text: string): IpAddress | undefined {
	const address = readIp(text);
	return address && asIpv4(address);
}

/**
 * A network as Go's net.ParseCIDR reads it.
 *
 * @throws Error in Go's words where it is none.
 */
export function parseCidr(text: string): IpNetwork {
	const slash = text.indexOf("/");
	const address = readIp(text.slice(0, Math.max(slash, 0)));
	const digits = text.slice(slash + 1);
	const prefix = Number(digits);
	if (slash < 0 || address === undefined || !/^\d+$/.test(digits) || prefix > address.bits) {
		throw new Error(`invalid CIDR address: ${text}`);
	}
	return networkOf(address, prefix);
}

/** The network of so many first bits that an address is in. */
export function networkOf(address: IpAddress, prefix: number): IpNetwork {
	const host = BigInt(address.bits - prefix);
	return { address: { ...address, value: (address.value >> host) << host }, prefix };
}

/** The last address of a network. */
export function lastOf({ address, prefix }: IpNetwork): IpAddress {
	return { ...address, value: address.value + (1n << BigInt(address.bits - prefix)) - 1n };
}

/** As Go's IPNet.Contains: an IPv6 network never holds an address that stands for one of IPv4. */
export function containsIp(network: IpNetwork, address: IpAddress): boolean {
	const [plain, inside] = [asIpv4Network(network), asIpv4(address)];
	return plain.address.bits === inside.bits && networkOf(inside, plain.prefix).address.value === plain.address.value;
}

/** An address as Go writes it: IPv6 by RFC 5952, but for addresses that stand for one of IPv4. */
export function formatIp(address: IpAddress): string {
	const { bits, value } = asIpv4(address);
	const count = bits === 32 ? 4 : 8;
	const width = BigInt(bits / count);
	const parts = Array.from(
		{ length: count },
		(_part, i) => (value >> (width * BigInt(count - 1 - i))) & ((1n << width) - 1n),
	);
	return bits === 32 ? parts.join(".") : withoutZeros(parts.map((part) => part.toString(16)));
}

function readIp(text: string): IpAddress | undefined {
	if (isIPv4(text)) return { bits: 32, value: bytesOf(text) };
	if (!isIPv6(text) || text.includes("%")) return undefined;
	const ipv4 = /\d+\.\d+\.\d+\.\d+$/.exec(text)?.[0];
	const tail =
		ipv4 === undefined ? "" : `${(bytesOf(ipv4) >> 16n).toString(16)}:${(bytesOf(ipv4) & 0xffffn).toString(16)}`;
	const hex = ipv4 === undefined ? text : text.slice(0, -ipv4.length) + tail;
	const [before = "", after] = hex.split("::");
	const [left, right] = [before.split(":"), (after ?? "").split(":")].map((part) =>
		part.filter((group) => group !== ""),
	);
	const groups = [
		...(left ?? []),
		...Array(8 - (left?.length ?? 0) - (right?.length ?? 0)).fill("0"),
		...(right ?? []),
	];
	return { bits: 128, value: groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n) };
}

function bytesOf(ipv4: string): bigint {
	return ipv4.split(".").reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function asIpv4(address: IpAddress): IpAddress {
	const isMapped = address.bits === 128 && address.value >> 32n === MAPPED >> 32n;
	return isMapped ? { bits: 32, value: address.value & 0xffffffffn } : address;
}

function asIpv4Network(network: IpNetwork): IpNetwork {
	const address = asIpv4(network.address);
	if (address.bits === network.address.bits || network.prefix < 96) return network;
	return { address, prefix: network.prefix - 96 };
}

/** The longest run of two zeros or more, the first of equals, becomes `::`. */
function withoutZeros(groups: readonly string[]): string {
	const runs = [...groups.join(":").matchAll(/(?<![^:])0(?::0)+(?![^:])/g)];
	const longest = runs.reduce((best, run) => (run[0].length > best.length ? run[0] : best), "");
	if (longest === "") return groups.join(":");
	const text = groups.join(":");
	const at = runs.find((run) => run[0] === longest)?.index ?? 0;
	return `${text.slice(0, at).replace(/:$/, "")}::${text.slice(at + longest.length).replace(/^:/, "")}`;
}
