// @peculiar/x509 asks for it, before itself.
import "reflect-metadata";
import { createPrivateKey, KeyObject, webcrypto, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { CitadelError } from "./error.ts";
import { BACKDATED_MS, MAX_LEAF_DAYS, ROOT_DAYS } from "./lifetimes.ts";

const KEYS = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

const DAY_MS = 86_400_000;

/** A certificate and its key, both PEM. */
export interface Issued {
	readonly certificate: string;
	readonly key: string;
	readonly notAfterMs: number;
}

/** Whom a certificate is for, and for how long. */
export interface Leaf {
	readonly spiffeId: string;
	/** By which clients may also know it, if it is a server. */
	readonly dnsNames: readonly string[];
	/** At most MAX_LEAF_DAYS, and never beyond the authority's own end. */
	readonly days: number;
}

/** A small certificate authority for a first installation: one root, ECDSA P-256, that signs leaves itself. */
export class Authority {
	readonly #root: x509.X509Certificate;
	readonly #key: webcrypto.CryptoKey;

	private constructor(root: x509.X509Certificate, key: webcrypto.CryptoKey) {
		this.#root = root;
		this.#key = key;
	}

	/** Makes a new root. */
	static async create({ name, nowMs }: { name: string; nowMs: number }): Promise<Issued> {
		const keys = await generateKeys();
		const certificate = await x509.X509CertificateGenerator.createSelfSigned({
			...validity(nowMs, nowMs + ROOT_DAYS * DAY_MS),
			name: [{ CN: [name] }],
			keys,
			signingAlgorithm: KEYS,
			extensions: [
				new x509.BasicConstraintsExtension(true, 0, true),
				new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
				await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
			],
		});
		return issued(certificate, keys.privateKey);
	}

	/**
	 * Opens a root that was made before.
	 *
	 * @throws CitadelError where the two are not one authority.
	 */
	static open({ certificate, key }: Pick<Issued, "certificate" | "key">): Authority {
		try {
			const own = createPrivateKey(key);
			if (!new X509Certificate(certificate).checkPrivateKey(own)) throw new Error("the key is another one's");
			return new Authority(new x509.X509Certificate(certificate), own.toCryptoKey(KEYS, false, ["sign"]));
		} catch (cause) {
			throw new CitadelError("is not an authority that sluice cert init has made", { cause });
		}
	}

	/**
	 * Issues a certificate with a new key, good for servers and clients.
	 *
	 * @throws CitadelError where the authority's own time is over.
	 */
	async issue({ spiffeId, dnsNames, days }: Leaf, nowMs: number): Promise<Issued> {
		const endMs = this.#root.notAfter.getTime();
		if (endMs <= nowMs) throw new CitadelError(`expired at ${this.#root.notAfter.toISOString()}: make another`);
		const keys = await generateKeys();
		const names = [{ type: "url", value: spiffeId } as const];
		const dns = dnsNames.map((value) => ({ type: "dns", value }) as const);
		const certificate = await x509.X509CertificateGenerator.create({
			...validity(nowMs, Math.min(nowMs + Math.min(days, MAX_LEAF_DAYS) * DAY_MS, endMs)),
			issuer: this.#root.subject,
			// Who it is stands in the alternative names alone, which are critical then (RFC 5280, 4.2.1.6).
			subject: "",
			publicKey: keys.publicKey,
			signingKey: this.#key,
			signingAlgorithm: KEYS,
			extensions: [
				new x509.BasicConstraintsExtension(false, undefined, true),
				new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
				new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
				new x509.SubjectAlternativeNameExtension([...names, ...dns], true),
				await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
				await x509.AuthorityKeyIdentifierExtension.create(this.#root.publicKey),
			],
		});
		return issued(certificate, keys.privateKey);
	}
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
	return webcrypto.subtle.generateKey(KEYS, true, ["sign", "verify"]);
}

function validity(nowMs: number, endMs: number): { notBefore: Date; notAfter: Date } {
	return { notBefore: new Date(nowMs - BACKDATED_MS), notAfter: new Date(endMs) };
}

function issued(certificate: x509.X509Certificate, key: webcrypto.CryptoKey): Issued {
	return {
		certificate: `${certificate.toString("pem")}\n`,
		key: KeyObject.from(key).export({ type: "pkcs8", format: "pem" }).toString(),
		notAfterMs: certificate.notAfter.getTime(),
	};
}
