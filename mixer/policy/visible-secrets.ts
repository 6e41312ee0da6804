import type { PolicyExplanation } from "./explain.ts";
import { type BuiltinCall, describeBuiltin } from "./plan-reads.ts";

/** What is looked at of a Policy. */
export type SecretUser = Pick<PolicyExplanation, "name" | "placement" | "keptOut">;

/** A place in the data document that holds what nobody should see. */
interface Secret {
	/** Such as data.shop.keys[0]. */
	readonly place: string;
	readonly what: "a private key" | "a secret";
}

/**
 * Warnings of secrets that a build shows: the data of all Policies go into Envoy's configuration where one of them runs
 * in the proxy, and Envoy shows its configuration on its admin port. Private keys and secrets are found by their form,
 * in PEM or as JWKs; of any other secret in the data there is only a sign, that a Policy verifies with one.
 */
export function visibleSecrets(policies: readonly SecretUser[], data: Uint8Array): string[] {
	const inProxy = policies.find(({ placement }) => placement === "proxy");
	if (inProxy === undefined) return [];
	const shown =
		`shown by Envoy's /config_dump, because Policy ${inProxy.name} runs in the proxy: ` +
		"take it out of the data, or give every Policy placement: mixer";
	const document: unknown = JSON.parse(Buffer.from(data).toString("utf8"));
	const found = [...secretsIn(document, "data")].map(({ place, what }) => `${place}: warning: ${what}, ${shown}`);
	const signs = policies.flatMap(({ keptOut }) =>
		keptOut
			.filter(({ beyondProxy }) => beyondProxy === "a secret")
			.map((call) => `${whereOf(call)}: warning: ${describeBuiltin(call)}, if the data have it ${shown}`),
	);
	return [...found, ...signs];
}

function whereOf({ place }: BuiltinCall): string {
	return `${place.file}:${place.row}`;
}

function* secretsIn(value: unknown, place: string): Generator<Secret> {
	if (typeof value === "string") yield* secretsInText(value, place);
	else if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* secretsIn(item, `${place}[${i}]`);
	else if (typeof value === "object" && value !== null) yield* secretsInObject(value, place);
}

function* secretsInObject(value: object, place: string): Generator<Secret> {
	const members = new Map<string, unknown>(Object.entries(value));
	if (members.get("kty") === "oct" && typeof members.get("k") === "string") yield { place, what: "a secret" };
	else if (typeof members.get("kty") === "string" && typeof members.get("d") === "string") {
		yield { place, what: "a private key" };
	} else for (const [name, member] of members) yield* secretsIn(member, `${place}${segment(name)}`);
}

function* secretsInText(text: string, place: string): Generator<Secret> {
	if (text.includes("PRIVATE KEY-----")) yield { place, what: "a private key" };
	if (!text.includes('"kty"')) return;
	try {
		yield* secretsIn(JSON.parse(text), place);
	} catch {
		// A text that only looks like keys.
	}
}

function segment(name: string): string {
	return /^\w+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
