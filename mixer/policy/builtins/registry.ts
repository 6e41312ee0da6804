import { createHash, createHmac } from "node:crypto";
import { type HostBuiltin, stringArgument, stringsArgument } from "./host-builtin.ts";
import { sprintf } from "./sprintf.ts";

/**
 * The built-ins that the Mixer answers, by OPA's names; the others of OPA's are inside the module or refused when a
 * policy is built and when it is loaded.
 */
export const hostBuiltins: ReadonlyMap<string, HostBuiltin> = new Map<string, HostBuiltin>([
	["sprintf", sprintf],
	["time.now_ns", (_args, { nowNs }) => nowNs.toString()],
	["strings.any_prefix_match", (args) => anyMatch(args, (text, base) => text.startsWith(base))],
	["strings.any_suffix_match", (args) => anyMatch(args, (text, base) => text.endsWith(base))],
	["hex.encode", (args) => JSON.stringify(Buffer.from(stringArgument(args, 0)).toString("hex"))],
	...["md5", "sha1", "sha256"].map((name) => [`crypto.${name}`, digest(name)] as const),
	...["md5", "sha1", "sha256", "sha512"].map((name) => [`crypto.hmac.${name}`, hmac(name)] as const),
]);

/**
 * Built-ins inside OPA's module that must not run: json.is_valid gives a constant's memory back to the allocator, and
 * later evaluations find other values there (seen in opa 1.22.2).
 */
const damagingBuiltins: ReadonlySet<string> = new Set(["json.is_valid"]);

/**
 * The built-ins of some policies that the Mixer can't run, sorted.
 *
 * @param called all that they call.
 * @param leftToHost those that their module leaves to its host.
 */
export function refusedBuiltins(called: Iterable<string>, leftToHost: Iterable<string>): string[] {
	const damaging = [...called].filter((name) => damagingBuiltins.has(name));
	return [...new Set([...damaging, ...[...leftToHost].filter((name) => !hostBuiltins.has(name))])].sort();
}

/** What people are told of them. */
export function describeRefused(names: readonly string[]): string {
	return `the Mixer cannot run the built-in ${names.join(", ")}`;
}

/**
 * What gives another answer to the same question: OPA's capabilities call these nondeterministic. Their policies'
 * answers are never reused.
 */
export const volatileBuiltins: ReadonlySet<string> = new Set([
	"http.send",
	"io.jwt.decode_verify",
	"io.jwt.encode_sign",
	"io.jwt.encode_sign_raw",
	"json.match_schema",
	"json.verify_schema",
	"net.lookup_ip_addr",
	"opa.runtime",
	"rand.intn",
	"time.now_ns",
	"uuid.rfc4122",
]);

function anyMatch(args: readonly string[], matches: (text: string, base: string) => boolean): string {
	const bases = stringsArgument(args, 1);
	return String(stringsArgument(args, 0).some((text) => bases.some((base) => matches(text, base))));
}

function digest(algorithm: string): HostBuiltin {
	return (args) => JSON.stringify(createHash(algorithm).update(stringArgument(args, 0)).digest("hex"));
}

function hmac(algorithm: string): HostBuiltin {
	return (args) =>
		JSON.stringify(createHmac(algorithm, stringArgument(args, 1)).update(stringArgument(args, 0)).digest("hex"));
}
