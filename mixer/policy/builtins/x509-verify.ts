import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { UnsupportedError } from "./unsupported-error.ts";
import type { Certificate } from "./x509-certificate.ts";

/** What a chain is held to. */
export interface VerifyOptions {
	/** "" for any. */
	readonly dnsName: string;
	/** Seconds since 1970. */
	readonly now: number;
	/** Go's numbers; one of them has to be good all along the chain. */
	readonly usages: readonly number[];
}

/** Signatures that are looked at, as Go bounds them: with many names alike there are exponentially many ways. */
const MAX_SIGNATURES = 100;

/** Go's numbers of what it doesn't trust any more: MD2, MD5, SHA-1, DSA. */
const INSECURE = new Set([0, 1, 2, 3, 7, 8, 9]);

const ANY_USAGE = 0;
const CERT_SIGN = 1 << 5;
const MIN_RSA_BITS = 1024;

/**
 * The way from the last certificate to the first, the root, over those between; undefined where there is none. As Go's
 * x509.Certificate.Verify, but that name constraints of an authority are not looked at: it is an error to have them.
 */
export function verifyChain(certificates: readonly Certificate[], options: VerifyOptions): Certificate[] | undefined {
	const [root, ...others] = certificates;
	const leaf = others.at(-1);
	if (root === undefined || leaf === undefined) return undefined;
	if (!isCurrent(leaf, options) || hasUnhandled(leaf) || !isFor(leaf, options.dnsName)) return undefined;
	if (leaf.raw.equals(root.raw)) return isUsable([leaf], options) ? [leaf] : undefined;
	const search = new ChainSearch(root, others.slice(0, -1), options);
	return search.from([leaf]);
}

class ChainSearch {
	readonly #root: Certificate;
	readonly #between: readonly Certificate[];
	readonly #options: VerifyOptions;
	#signatures = 0;

	constructor(root: Certificate, between: readonly Certificate[], options: VerifyOptions) {
		this.#root = root;
		this.#between = between;
		this.#options = options;
	}

	from(chain: readonly Certificate[]): Certificate[] | undefined {
		if (this.#isAbove(this.#root, chain)) {
			const whole = [...chain, this.#root];
			if (isUsable(whole, this.#options)) return whole;
		}
		for (const candidate of this.#between) {
			const isKnown = chain.some(({ raw }) => raw.equals(candidate.raw));
			if (isKnown || candidate.fields.IsCA !== true || !this.#isAbove(candidate, chain)) continue;
			const found = this.from([...chain, candidate]);
			if (found !== undefined) return found;
		}
		return undefined;
	}

	#isAbove(parent: Certificate, chain: readonly Certificate[]): boolean {
		const child = chain.at(-1);
		if (child === undefined || !child.issuer.equals(parent.subject)) return false;
		if (!isCurrent(parent, this.#options) || hasUnhandled(parent) || !maySign(parent, chain.length - 1)) return false;
		if (++this.#signatures > MAX_SIGNATURES)
			throw new Error("x509: signature check attempts limit reached while verifying");
		return isSignedBy(child, parent);
	}
}

function isCurrent({ notBefore, notAfter }: Certificate, { now }: VerifyOptions): boolean {
	return now >= notBefore && now <= notAfter;
}

function hasUnhandled({ fields }: Certificate): boolean {
	return fields.UnhandledCriticalExtensions !== null;
}

/** @param below how many authorities are below it in the chain. */
function maySign({ fields }: Certificate, below: number): boolean {
	const constrained = [...["Permitted", "Excluded"]].flatMap((prefix) =>
		["DNSDomains", "EmailAddresses", "IPRanges", "URIDomains"].map((field) => fields[prefix + field]),
	);
	if (constrained.some((names) => names !== null))
		throw new UnsupportedError("name constraints are not supported here");
	if (fields.BasicConstraintsValid === true ? fields.IsCA !== true : fields.Version === 3) return false;
	const longest = Number(fields.MaxPathLen);
	if (fields.BasicConstraintsValid === true && longest >= 0 && below > longest) return false;
	const usage = Number(fields.KeyUsage);
	return usage === 0 || (usage & CERT_SIGN) !== 0;
}

function isSignedBy(child: Certificate, parent: Certificate): boolean {
	if (INSECURE.has(Number(child.fields.SignatureAlgorithm))) return false;
	const key = new X509Certificate(parent.raw).publicKey;
	const bits = key.asymmetricKeyType === "rsa" ? (key.asymmetricKeyDetails?.modulusLength ?? 0) : MIN_RSA_BITS;
	return bits >= MIN_RSA_BITS && new X509Certificate(child.raw).verify(key);
}

/** Usages that some certificate of the chain rules out are crossed off; a certificate without any rules out none. */
function isUsable(chain: readonly Certificate[], { usages }: VerifyOptions): boolean {
	if (usages.includes(ANY_USAGE)) return true;
	return usages.some((usage) =>
		chain.every(({ fields }) => {
			const own: unknown = fields.ExtKeyUsage;
			if (!Array.isArray(own)) return fields.UnknownExtKeyUsage === null;
			return own.includes(ANY_USAGE) || own.includes(usage);
		}),
	);
}

function isFor({ raw }: Certificate, name: string): boolean {
	if (name === "") return true;
	const certificate = new X509Certificate(raw);
	const address = name.replace(/^\[(.*)\]$/, "$1");
	if (isIP(address) !== 0) return certificate.checkIP(address) !== undefined;
	return certificate.checkHost(name, { subject: "never", partialWildcards: false }) !== undefined;
}
