import type { PlanValue } from "./plan-value.ts";

/** What a call of a built-in asks for, as far as its arguments stand in the policy. */
export interface BuiltinDemands {
	/** What only the Mixer verifies with. */
	readonly beyondProxy?: string;
	/** True where a token says what it is verified with: an algorithm that the proxy hasn't is an error there. */
	readonly anyAlgorithm?: true;
}

/** The algorithms that Envoy verifies no signatures of. */
const beyond = /^(?:PS|HS)(?:256|384|512)$|^EdDSA$/;

/** Time zones that the proxy knows. */
const proxyZones: ReadonlySet<string | undefined> = new Set([undefined, "", "UTC"]);

/** Reads what tokens are verified with, the time zones of times, and the numbers that are written out. */
export function builtinDemands(builtin: string, args: readonly PlanValue[]): BuiltinDemands {
	switch (builtin) {
		case "io.jwt.decode_verify":
			return tokenDemands(args[0], args[1]);
		case "format_int":
			return numberDemands(args[0], (text) => Math.abs(Number(text)) >= 2 ** 63);
		case "sprintf":
			return numberDemands(args[1], (text) => /^-?\./.test(text));
		default:
			return builtin.startsWith("time.") ? zoneDemands(args) : {};
	}
}

function numberDemands(value: PlanValue | undefined, isBeyond: (text: string) => boolean): BuiltinDemands {
	const number = value?.numbers?.find(isBeyond);
	return number === undefined ? {} : { beyondProxy: `the number ${number}` };
}

/** A time with a zone is an array of both, and maybe a layout. */
function zoneDemands(args: readonly PlanValue[]): BuiltinDemands {
	const zones = args.map(({ constant }) => (typeof constant === "object" ? constant[1] : undefined));
	const zone = zones.find((each) => !proxyZones.has(each));
	return zone === undefined ? {} : { beyondProxy: `the time zone ${zone}` };
}

/** The algorithm is the constraints', or that of a token that stands in the policy. */
function tokenDemands(token: PlanValue | undefined, constraints: PlanValue | undefined): BuiltinDemands {
	if (constraints?.fields?.has("secret")) return { beyondProxy: "a secret" };
	const algorithm = constraints?.fields?.get("alg")?.constant ?? algorithmOf(token?.constant);
	if (algorithm === undefined) return { anyAlgorithm: true };
	return beyond.test(algorithm) ? { beyondProxy: `the algorithm ${algorithm}` } : {};
}

function algorithmOf(token: PlanValue["constant"]): string | undefined {
	if (typeof token !== "string") return undefined;
	const [header = ""] = token.split(".");
	try {
		const { alg }: { alg?: unknown } = JSON.parse(Buffer.from(header, "base64url").toString("utf8"));
		return typeof alg === "string" ? alg : undefined;
	} catch {
		return undefined;
	}
}
