import { type Identity, identityOf } from "./identity.ts";
import { wildcard } from "./wildcard.ts";

/** What a proxy asks of a server: decisions and quotas, to take its records, the filter with its revisions. */
export const USES = ["check", "report", "discover"] as const;

export type Use = (typeof USES)[number];

/** Some proxies, and what they may. */
export interface ProxyRule {
	/** A SPIFFE ID or DNS name; `*` stands for any text without a slash. */
	readonly identity: string;
	/** What they may call themselves, in the same way; by their identity alone if left out. */
	readonly nodes?: readonly string[];
	readonly may: readonly Use[];
	/** Names of the quotas they may draw on; all if left out. */
	readonly quotas?: readonly string[];
}

/** What is used of a client's certificate, which its connection has verified. */
export interface VerifiedCertificate {
	readonly subjectAltName?: string | undefined;
	/** As node:crypto writes it. */
	readonly validTo: string;
}

/** A proxy whose certificate names it. */
export interface KnownProxy {
	readonly identity: Identity;
	readonly notAfterMs: number;
}

interface Rule {
	readonly isFor: (name: string) => boolean;
	readonly nodes: readonly ((node: string) => boolean)[] | undefined;
	readonly may: ReadonlySet<Use>;
	readonly quotas: ReadonlySet<string> | undefined;
}

/** Which proxies may use what of a server, and what they may call themselves: by their certificates. */
export class ProxyAccess {
	readonly #now: () => number;
	#rules: readonly Rule[] | undefined;

	/** @param options.rules without them every proxy with a certificate of the authorities may use all. */
	constructor(options: { rules: readonly ProxyRule[] | undefined; now: () => number }) {
		this.#now = options.now;
		this.#rules = options.rules?.map(ruleOf);
	}

	/** Goes by other rules from now on. */
	change(rules: readonly ProxyRule[] | undefined): void {
		this.#rules = rules?.map(ruleOf);
	}

	/** Who has this certificate: once for each connection, since it does not change. */
	meet(certificate: VerifiedCertificate | undefined): KnownProxy | undefined {
		if (certificate === undefined) return undefined;
		const identity = identityOf({ subjectAltName: certificate.subjectAltName });
		return identity && { identity, notAfterMs: Date.parse(certificate.validTo) };
	}

	/**
	 * Why a proxy may not use something now; undefined where it may.
	 *
	 * @param node what it calls itself; undefined where it has not said yet.
	 */
	refusal(proxy: KnownProxy | undefined, use: Use, node: string | undefined): string | undefined {
		if (proxy === undefined || this.#now() <= proxy.notAfterMs) return this.rulingAgainst(proxy, use, node);
		// A connection outlives the certificate that it was opened with.
		return `the certificate of ${proxy.identity.name} expired at ${new Date(proxy.notAfterMs).toISOString()}`;
	}

	/**
	 * Why a proxy may not draw on a quota; undefined where it may, for one that may check under this name.
	 *
	 * @returns what is asked for each quota of a call.
	 */
	quotaRuling(proxy: KnownProxy | undefined, node: string): (quota: string) => string | undefined {
		if (proxy === undefined) return () => NO_NAME;
		const { identity } = proxy;
		const able = this.#rulesFor(identity).filter((rule) => rule.may.has("check") && isCalled(rule, identity, node));
		return (quota) => {
			if (able.some(({ quotas }) => quotas === undefined || quotas.has(quota))) return undefined;
			return `${identity.name} may not draw on the quota ${quota}: spec.tls.proxies[].quotas does not name it`;
		};
	}

	/** The same as refusal, whatever the time. */
	rulingAgainst(proxy: KnownProxy | undefined, use: Use, node: string | undefined): string | undefined {
		if (proxy === undefined) return NO_NAME;
		const { identity } = proxy;
		const { name } = identity;
		const rules = this.#rulesFor(identity);
		if (rules.length === 0) return `${name} is not listed in spec.tls.proxies`;
		const able = rules.filter(({ may }) => may.has(use));
		if (able.length === 0) return `${name} may not ${use}: spec.tls.proxies does not say so`;
		if (node === undefined || able.some((rule) => isCalled(rule, identity, node))) return undefined;
		return `${name} may not call itself ${JSON.stringify(node)}: ${nodeRule(able, identity)}`;
	}

	#rulesFor(identity: Identity): readonly Rule[] {
		return this.#rules === undefined ? [EVERYTHING] : this.#rules.filter((rule) => isFor(rule, identity));
	}
}

const NO_NAME = "the client's certificate names no proxy: it needs a SPIFFE ID or a DNS name";

const EVERYTHING: Rule = { isFor: () => true, nodes: undefined, may: new Set(USES), quotas: undefined };

/** Of the rules, only what everyone may know: the identity is the caller's own. */
function nodeRule(rules: readonly Rule[], { nodes }: Identity): string {
	if (rules.every((rule) => rule.nodes !== undefined)) return "spec.tls.proxies[].nodes has no such node.id for it";
	return `its node.id must be ${nodes.map((name) => `${name} or ${name}/…`).join(" or ")}`;
}

function ruleOf({ identity, nodes, may, quotas }: ProxyRule): Rule {
	return {
		isFor: wildcard(identity),
		nodes: nodes?.map(wildcard),
		may: new Set(may),
		quotas: quotas && new Set(quotas),
	};
}

function isFor(rule: Rule, { names }: Identity): boolean {
	return names.some(rule.isFor);
}

function isCalled({ nodes }: Rule, identity: Identity, node: string): boolean {
	if (nodes !== undefined) return nodes.some((matches) => matches(node));
	return identity.nodes.some((name) => node === name || node.startsWith(`${name}/`));
}
