import { InvalidArgumentError } from "commander";
import { MAX_LEAF_DAYS } from "../../citadel/lifetimes.ts";
import { identityPattern, spiffeId, trustDomain } from "../../galley/kinds/identity.ts";

const DEFAULT_NAMESPACE = "default";

/** Who a certificate is for. */
export interface Name {
	readonly namespace: string;
	readonly account: string;
}

/** Parses NAME of `sluice cert issue`. It becomes a part of files' names, so it leads nowhere else. */
export function parseName(text: string): Name {
	const [, namespace = DEFAULT_NAMESPACE, account = ""] = /^(?:([^/]*)\/)?([^/]*)$/.exec(text) ?? [];
	const isFine = [namespace, account].every((part) => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(part));
	if (!isFine)
		throw new InvalidArgumentError("say ACCOUNT or NAMESPACE/ACCOUNT, of letters, digits, and - _ . inside.");
	if (account.toLowerCase() === "ca") throw new InvalidArgumentError("the authority's own files are called so.");
	return { namespace, account };
}

/** Parses one more `--dns`. */
export function collectDns(text: string, before: readonly string[]): readonly string[] {
	const isName = !text.startsWith("spiffe:") && identityPattern.check(text) === undefined;
	if (!isName) throw new InvalidArgumentError("a DNS name is in lower case, such as sluice.example.com.");
	return [...before, text];
}

/** Parses `--spiffe`. */
export function parseSpiffe(text: string): string {
	const fault = spiffeId.check(text);
	if (fault !== undefined) throw new InvalidArgumentError(`it ${fault}.`);
	return text;
}

/** Parses `--trust-domain`. */
export function parseTrustDomain(text: string): string {
	const fault = trustDomain.check(text);
	if (fault !== undefined) throw new InvalidArgumentError(`it ${fault}.`);
	return text;
}

/** Parses `--days`. */
export function parseDays(text: string): number {
	const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
	if (days < 1 || days > MAX_LEAF_DAYS) throw new InvalidArgumentError(`a number of days from 1 to ${MAX_LEAF_DAYS}.`);
	return days;
}
