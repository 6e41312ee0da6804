import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { CitadelError } from "./error.ts";
import { type KeyFiles, type KeyTexts, place } from "./key-files.ts";

/** Extended key usage "server authentication" (RFC 5280, 4.2.1.12). */
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

/** A certificate, its key and the clients' authorities that fit together and are valid now. */
export interface KeyMaterial {
	readonly cert: Buffer;
	readonly key: Buffer;
	readonly ca: Buffer;
	/** When the first of the certificates in its chain ends. */
	readonly certificateEndMs: number;
	/** When the last of the authorities ends: from then on no client is known. */
	readonly authoritiesEndMs: number;
}

/** @throws CitadelError, naming the field and file of the first fault; nothing of a key is in it. */
export function checkKeyMaterial(texts: KeyTexts, files: KeyFiles, nowMs: number): KeyMaterial {
	const chain = certificatesIn(texts, files, "certificate");
	const authorities = certificatesIn(texts, files, "clientAuthorities");
	const fault = chainFault(chain, nowMs) ?? keyFault(texts.key, chain, files);
	if (fault !== undefined) throw new CitadelError(`${place(files, fault.field)}: ${fault.text}`);
	const alive = authorities.filter((each) => each.ca && endOf(each) > nowMs);
	if (alive.length === 0) {
		const text = "holds no authority that is valid now";
		throw new CitadelError(`${place(files, "clientAuthorities")}: ${text}`);
	}
	const material = { cert: texts.certificate, key: texts.key, ca: texts.clientAuthorities };
	try {
		createSecureContext(material);
	} catch (cause) {
		throw new CitadelError(`${place(files, "certificate")}: cannot be used for TLS`, { cause });
	}
	const certificateEndMs = Math.min(...chain.map(endOf));
	return { ...material, certificateEndMs, authoritiesEndMs: Math.max(...alive.map(endOf)) };
}

interface Fault {
	readonly field: keyof KeyFiles;
	readonly text: string;
}

function certificatesIn(texts: KeyTexts, files: KeyFiles, field: "certificate" | "clientAuthorities") {
	const blocks = texts[field].toString("latin1").match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
	if (blocks === null) throw new CitadelError(`${place(files, field)}: holds no PEM certificate`);
	return blocks.map((block, index) => {
		try {
			return new X509Certificate(block);
		} catch (cause) {
			const text = `its certificate ${index + 1} cannot be read`;
			throw new CitadelError(`${place(files, field)}: ${text}`, { cause });
		}
	});
}

function chainFault(chain: readonly X509Certificate[], nowMs: number): Fault | undefined {
	for (const [index, certificate] of chain.entries()) {
		const which = chain.length === 1 ? "" : `its certificate ${index + 1} `;
		const begin = certificate.validFromDate;
		if (begin.getTime() > nowMs)
			return { field: "certificate", text: `${which}is not valid before ${begin.toISOString()}` };
		if (endOf(certificate) <= nowMs) {
			return { field: "certificate", text: `${which}expired at ${certificate.validToDate.toISOString()}` };
		}
		const issuer = chain[index + 1];
		if (issuer === undefined || (certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey))) continue;
		return { field: "certificate", text: `its certificate ${index + 1} is not signed by the next one` };
	}
	const usages = chain[0]?.keyUsage;
	if (usages === undefined || usages.includes(SERVER_AUTH)) return undefined;
	return { field: "certificate", text: "is not for servers: its extended key usage lacks serverAuth" };
}

function keyFault(text: Buffer, [leaf]: readonly X509Certificate[], files: KeyFiles): Fault | undefined {
	let key: KeyObject;
	try {
		key = createPrivateKey(text);
	} catch {
		// What OpenSSL says of a key is not passed on.
		return { field: "key", text: "holds no private key in PEM without a passphrase" };
	}
	if (leaf?.checkPrivateKey(key)) return undefined;
	return { field: "key", text: `does not belong to the certificate in ${files.certificate}` };
}

function endOf(certificate: X509Certificate): number {
	return certificate.validToDate.getTime();
}
