import type { BuiltinFamily } from "./host-builtin.ts";
import { containsIp, formatIp, type IpAddress, type IpNetwork, lastOf, parseCidr, parseIp } from "./ip-address.ts";
import { array, boolean, number, set, text } from "./make-value.ts";
import { mergeCidrs } from "./merge-cidrs.ts";
import { argument, stringOperand } from "./operands.ts";
import type { RegoValue } from "./rego-value.ts";
import { UnsupportedError } from "./unsupported-error.ts";

type Arguments = readonly RegoValue[];

/** Most addresses that a network is expanded to, a /16: OPA itself goes on until its time is up. */
const MAX_EXPANDED = 65_536n;

/** net.cidr_* that OPA's module lacks. */
export const netBuiltins: BuiltinFamily = [
	["net.cidr_contains_matches", containsMatches],
	["net.cidr_expand", expand],
	["net.cidr_is_valid", isValid],
	["net.cidr_merge", (args) => set(mergeCidrs(argument(args, 0)).map(text))],
];

function isValid(args: Arguments): RegoValue {
	const value = argument(args, 0);
	try {
		if (value.type !== "string") return boolean(false);
		parseCidr(value.value);
		return boolean(true);
	} catch {
		return boolean(false);
	}
}

function expand(args: Arguments): RegoValue {
	const { address, prefix } = parseCidr(stringOperand(args, 0));
	const count = 1n << BigInt(address.bits - prefix);
	if (count > MAX_EXPANDED) throw new UnsupportedError(`${count} addresses are more than ${MAX_EXPANDED}`);
	return set(
		Array.from({ length: Number(count) }, (_address, i) =>
			text(formatIp({ ...address, value: address.value + BigInt(i) })),
		),
	);
}

/** A network or address and what it is called in the answer. */
type Named = readonly [cidr: RegoValue, name: RegoValue];

function containsMatches(args: Arguments): RegoValue {
	const [networks, addresses] = [namedOf(args, 0), namedOf(args, 1)];
	return set(
		networks.flatMap(([network, name]) =>
			addresses.filter(([cidr]) => contains(network, cidr)).map(([, inside]) => array([name, inside])),
		),
	);
}

function namedOf(args: Arguments, index: number): readonly Named[] {
	const value = argument(args, index);
	const cidrOf = (item: RegoValue): RegoValue => {
		const first = item.type === "array" ? item.items[0] : item;
		if (item.type === "string" || (item.type === "array" && first !== undefined)) return first ?? item;
		throw new Error(`operand ${index + 1}: element must be string or non-empty array`);
	};
	switch (value.type) {
		case "string":
			return [[value, value]];
		case "array":
			return value.items.map((item, i) => [cidrOf(item), number(i)]);
		case "set":
			return value.items.map((item) => [cidrOf(item), item]);
		case "object":
			return value.members.map(([key, item]) => [cidrOf(item), key]);
		default:
			return [];
	}
}

function contains(outer: RegoValue, inner: RegoValue): boolean {
	const network = parseCidr(stringOperand([outer], 0));
	const cidr = stringOperand([inner], 0);
	const address = parseIp(cidr);
	if (address !== undefined) return containsIp(network, address);
	const part = networkOperand(cidr);
	if (isPlainIpv6(network.address) && isPlainIpv6(part.address)) {
		return network.prefix <= part.prefix && containsIp(network, part.address);
	}
	return containsIp(network, part.address) && containsIp(network, lastOf(part));
}

function networkOperand(cidr: string): IpNetwork {
	try {
		return parseCidr(cidr);
	} catch {
		throw new Error(`not a valid textual representation of an IP address or CIDR: ${cidr}`);
	}
}

/** Not one that stands for an address of IPv4. */
function isPlainIpv6({ bits, value }: IpAddress): boolean {
	return bits === 128 && value >> 32n !== 0xffffn;
}
