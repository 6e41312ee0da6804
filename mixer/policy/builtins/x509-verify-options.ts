import type { RegoObject } from "./jwt-token.ts";
import { wholeNumber } from "./operands.ts";
import type { RegoValue } from "./rego-value.ts";
import type { VerifyOptions } from "./x509-verify.ts";

/** OPA's names of extended key usages, in the order of Go's numbers. */
const USAGES = [
	"KeyUsageAny",
	"KeyUsageServerAuth",
	"KeyUsageClientAuth",
	"KeyUsageCodeSigning",
	"KeyUsageEmailProtection",
	"KeyUsageIPSECEndSystem",
	"KeyUsageIPSECTunnel",
	"KeyUsageIPSECUser",
	"KeyUsageTimeStamping",
	"KeyUsageOCSPSigning",
	"KeyUsageMicrosoftServerGatedCrypto",
	"KeyUsageNetscapeServerGatedCrypto",
	"KeyUsageMicrosoftCommercialCodeSigning",
	"KeyUsageMicrosoftKernelCodeSigning",
];

/** The options of crypto.x509.parse_and_verify_certificates_with_options. @throws Error in OPA's words. */
export function readVerifyOptions(
	{ members }: RegoObject,
	defaults: { now: number; usages: readonly number[] },
): VerifyOptions {
	let options: VerifyOptions = { dnsName: "", ...defaults };
	for (const [key, value] of members) {
		if (key.type !== "string") continue;
		if (key.value === "DNSName") options = { ...options, dnsName: dnsName(value) };
		else if (key.value === "CurrentTime") options = { ...options, now: currentTime(value) };
		else if (key.value === "KeyUsages") options = { ...options, usages: keyUsages(value, defaults.usages) };
		else if (key.value === "MaxConstraintComparisons") checkComparisons(value);
		else throw new Error("invalid key option");
	}
	return options;
}

function dnsName(value: RegoValue): string {
	if (value.type !== "string") throw new Error("'DNSName' should be a string");
	return value.value.replace(/^"+|"+$/g, "");
}

function currentTime(value: RegoValue): number {
	if (value.type !== "number") throw new Error("'CurrentTime' should be a number");
	const ns = wholeNumber(value.text);
	if (ns === undefined) throw new Error("'CurrentTime' should be a valid int64 number");
	return Number(ns) / 1e9;
}

/** Name constraints, whose comparisons it bounds, are not looked at here. */
function checkComparisons(value: RegoValue): void {
	if (value.type !== "number") throw new Error("'MaxConstraintComparisons' should be a number");
	if (wholeNumber(value.text) === undefined) throw new Error("'MaxConstraintComparisons' should be a valid number");
}

function keyUsages(value: RegoValue, none: readonly number[]): readonly number[] {
	if (!("items" in value)) throw new Error("'KeyUsages' should be an Array or Set");
	const names = value.items.flatMap((item) => (item.type === "string" ? [item.value.replace(/^"+|"+$/g, "")] : []));
	const invalid = names.filter((name) => !USAGES.includes(name));
	if (invalid.length > 0) throw new Error(`invalid entries for 'KeyUsages' found: [${invalid.join(" ")}]`);
	return names.length === 0 ? none : names.map((name) => USAGES.indexOf(name));
}
