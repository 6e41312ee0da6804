import type { BuiltinFamily } from "./host-builtin.ts";
import { boolean, number } from "./make-value.ts";
import { argument, stringOperand } from "./operands.ts";
import type { RegoValue } from "./rego-value.ts";

type Arguments = readonly RegoValue[];

/** A version (semver.org, 2.0.0) as OPA reads it: a `v` may stand before it. */
interface Version {
	readonly numbers: readonly bigint[];
	readonly preRelease: readonly string[];
}

/** semver.*: npm's package knows neither the `v` nor numbers beyond 2^53, and cuts what is long. */
export const semverBuiltins: BuiltinFamily = [
	["semver.compare", (args) => number(compareVersions(versionOperand(args, 0), versionOperand(args, 1)))],
	["semver.is_valid", isValid],
];

function isValid(args: Arguments): RegoValue {
	const value = argument(args, 0);
	return boolean(value.type === "string" && parseVersion(value.value) !== undefined);
}

function versionOperand(args: Arguments, index: number): Version {
	const value = stringOperand(args, index);
	const version = parseVersion(value);
	if (version !== undefined) return version;
	throw new Error(`operand ${index + 1}: string "${value}" is not a valid SemVer`);
}

const CORE = String.raw`(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)`;
const IDENTIFIERS = String.raw`[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*`;
const VERSION = new RegExp(`^v?${CORE}(?:-(${IDENTIFIERS}))?(?:\\+${IDENTIFIERS})?$`);

function parseVersion(value: string): Version | undefined {
	const [, major, minor, patch, preRelease] = VERSION.exec(value) ?? [];
	if (major === undefined || minor === undefined || patch === undefined) return undefined;
	const numbers = [BigInt(major), BigInt(minor), BigInt(patch)];
	const identifiers = preRelease?.split(".") ?? [];
	if (numbers.some((part) => BigInt.asIntN(64, part) !== part)) return undefined;
	return identifiers.some((each) => /^0\d+$/.test(each)) ? undefined : { numbers, preRelease: identifiers };
}

function compareVersions(a: Version, b: Version): number {
	for (const [i, part] of a.numbers.entries()) {
		const order = compare(part, b.numbers[i] ?? 0n);
		if (order !== 0) return order;
	}
	const [before, after] = [a.preRelease, b.preRelease];
	// Of two versions that differ in this alone the one without a pre-release is greater.
	if (before.length === 0 || after.length === 0)
		return compare(Number(before.length === 0), Number(after.length === 0));
	for (const [i, identifier] of before.entries()) {
		const order = compareIdentifiers(identifier, after[i]);
		if (order !== 0) return order;
	}
	return before.length < after.length ? -1 : 0;
}

function compareIdentifiers(a: string, b: string | undefined): number {
	if (b === undefined) return 1;
	const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
	if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
	return aIsNumber ? compare(atoi(a), atoi(b)) : compare(a, b);
}

/** What Go's strconv.Atoi answers beyond 64 bits: the largest there is. */
function atoi(digits: string): bigint {
	const [value, most] = [BigInt(digits), 2n ** 63n - 1n];
	return value > most ? most : value;
}

function compare<Value extends bigint | number | string>(a: Value, b: Value): number {
	if (a === b) return 0;
	return a < b ? -1 : 1;
}
