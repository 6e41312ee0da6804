import type { BuiltinContext, BuiltinFamily } from "./host-builtin.ts";
import { number, record, text } from "./make-value.ts";
import { argument, stringOperand } from "./operands.ts";
import { printValue, type RegoValue } from "./rego-value.ts";

type Arguments = readonly RegoValue[];

/** uuid.*: what OPA reads with google/uuid. */
export const uuidBuiltins: BuiltinFamily = [
	["uuid.parse", parse],
	["uuid.rfc4122", random],
];

/** The same one for the same argument all through an evaluation. */
function random(args: Arguments, context: BuiltinContext): RegoValue {
	return context.once(`uuid.rfc4122 ${printValue(argument(args, 0))}`, () => {
		const bytes = Buffer.from(context.randomBytes(16));
		bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
		bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
		return text(bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"));
	});
}

const DASHED = /^(?:urn:uuid:)?([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i;

/** 100 ns steps between 15 October 1582 and 1970. */
const GREGORIAN_STEPS = 122_192_928_000_000_000n;

/** No value where it is none. */
function parse(args: Arguments): RegoValue | undefined {
	const bytes = uuidBytes(stringOperand(args, 0));
	if (bytes === undefined) return undefined;
	const version = bytes.readUInt8(6) >> 4;
	const variant = variantOf(bytes.readUInt8(8));
	if (version !== 1 && version !== 2) return record({ version: number(version), variant: text(variant) });
	const [low, mid, high] = [bytes.readUInt32BE(0), bytes.readUInt16BE(4), bytes.readUInt16BE(6) & 0xfff];
	const steps = (BigInt(high) << 48n) | (BigInt(mid) << 32n) | BigInt(low);
	const node = bytes.subarray(10);
	return record({
		version: number(version),
		variant: text(variant),
		// As a Go int64, which the latest times overflow.
		time: number(BigInt.asIntN(64, (steps - GREGORIAN_STEPS) * 100n)),
		nodeid: text([...node].map((byte) => byte.toString(16).padStart(2, "0")).join("-")),
		macvariables: text(macVariables(node.readUInt8(0))),
		clocksequence: number(bytes.readUInt16BE(8) & 0x3fff),
		id: version === 2 ? number(low) : undefined,
		domain: version === 2 ? text(domainOf(bytes.readUInt8(9))) : undefined,
	});
}

/** With dashes, as a URN, without dashes, or within any two characters, as Microsoft writes them in braces. */
function uuidBytes(value: string): Buffer | undefined {
	const braced = value.length === 38 && Buffer.byteLength(value) === 38 ? value.slice(1, -1) : value;
	if (/^[0-9a-f]{32}$/i.test(value)) return Buffer.from(value, "hex");
	if (braced !== value && /^urn:/i.test(braced)) return undefined;
	const parts = DASHED.exec(braced)?.slice(1);
	return parts && Buffer.from(parts.join(""), "hex");
}

function variantOf(byte: number): string {
	if ((byte & 0xc0) === 0x80) return "RFC4122";
	if ((byte & 0xe0) === 0xc0) return "Microsoft";
	return (byte & 0xe0) === 0xe0 ? "Future" : "Reserved";
}

function macVariables(byte: number): string {
	return `${byte & 2 ? "local" : "global"}:${byte & 1 ? "multicast" : "unicast"}`;
}

function domainOf(byte: number): string {
	return ["Person", "Group", "Org"][byte] ?? `Domain${byte}`;
}
