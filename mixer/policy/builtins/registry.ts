import { awsBuiltins } from "./aws-signature.ts";
import { castBuiltins } from "./casts.ts";
import { cryptoDigests } from "./crypto-digests.ts";
import { encodingBuiltins } from "./encodings.ts";
import { graphBuiltins } from "./graph.ts";
import { graphqlBuiltins } from "./graphql.ts";
import type { HostBuiltin } from "./host-builtin.ts";
import { httpBuiltins } from "./http-send.ts";
import { jsonBuiltins } from "./json.ts";
import { jwtBuiltins } from "./jwt.ts";
import { netBuiltins } from "./net.ts";
import { numberBuiltins } from "./numbers.ts";
import { objectBuiltins } from "./object-subset.ts";
import { refusals } from "./refusals.ts";
import { regexBuiltins } from "./regex.ts";
import { semverBuiltins } from "./semver.ts";
import { sprintf } from "./sprintf.ts";
import { stringBuiltins } from "./strings.ts";
import { timeBuiltins } from "./time.ts";
import { tracingBuiltins } from "./tracing.ts";
import { unitBuiltins } from "./units.ts";
import { uriBuiltins } from "./uri.ts";
import { urlQueryBuiltins } from "./urlquery.ts";
import { uuidBuiltins } from "./uuid.ts";
import { x509Builtins } from "./x509.ts";
import { yamlBuiltins } from "./yaml.ts";

/**
 * The built-ins that the Mixer answers, by OPA's names; the others of OPA's are inside the module or refused when a
 * policy is built and when it is loaded.
 */
export const hostBuiltins: ReadonlyMap<string, HostBuiltin> = new Map([
	...awsBuiltins,
	...castBuiltins,
	...cryptoDigests,
	...encodingBuiltins,
	...graphBuiltins,
	...graphqlBuiltins,
	...httpBuiltins,
	...jsonBuiltins,
	...jwtBuiltins,
	...netBuiltins,
	...numberBuiltins,
	...objectBuiltins,
	...regexBuiltins,
	...semverBuiltins,
	["sprintf", sprintf] as const,
	...stringBuiltins,
	...timeBuiltins,
	...tracingBuiltins,
	...unitBuiltins,
	...uriBuiltins,
	...urlQueryBuiltins,
	...uuidBuiltins,
	...x509Builtins,
	...yamlBuiltins,
]);

/** Those that ask hosts that an operator lists. */
export const networkBuiltins: ReadonlySet<string> = new Set(httpBuiltins.map(([name]) => name));

/** What people are told where nothing may be asked. */
export function describeHostless(names: readonly string[]): string {
	const remedy = "list the hosts that policies may ask in spec.httpSend.hosts of the Settings";
	return names.map((name) => `${name} may ask no host: ${remedy}`).join("\n");
}

/**
 * Built-ins inside OPA's module that must not run: json.is_valid gives a constant's memory back to the allocator, and
 * later evaluations find other values there (seen in opa 1.22.2).
 */
const damagingBuiltins: ReadonlySet<string> = new Set(["json.is_valid"]);

/**
 * Built-ins inside OPA's module that trap where one of the paths they are given is empty, as in `json.remove({}, [[]])`
 * (opa 1.22.2). In the Mixer a trap ends one evaluation, in Envoy the VM.
 */
export const trappingBuiltins: ReadonlySet<string> = new Set(["json.filter", "json.remove"]);

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
	return names.map((name) => `the Mixer cannot run the built-in ${name}${because(name)}`).join("\n");
}

function because(name: string): string {
	const reason = refusals.get(name);
	return reason === undefined ? "" : `: ${reason}`;
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
