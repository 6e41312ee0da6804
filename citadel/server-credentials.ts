import { constants } from "node:crypto";
import type { SecureContextOptions } from "node:tls";
import { ServerCredentials } from "@grpc/grpc-js";
import type { KeyMaterial } from "./key-material.ts";

/** Longest time for a handshake, in milliseconds: who opens a connection and says nothing does not keep it. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * Mutual TLS for a gRPC server whose certificate, key and client authorities can be replaced while it serves: connections
 * stay as they are, the next handshake takes the new ones. TLS 1.2 or 1.3; without a certificate of the authorities no
 * client gets as far as a request.
 */
export class RotatingServerCredentials extends ServerCredentials {
	constructor(material: KeyMaterial) {
		const client = { requestCert: true, rejectUnauthorized: true };
		super({ ...client, handshakeTimeout: HANDSHAKE_TIMEOUT_MS }, contextOf(material));
	}

	/** Takes other material from now on. It has been checked (key-material.ts): a context that fails closes the port. */
	replace(material: KeyMaterial): void {
		this.updateSecureContextOptions(contextOf(material));
	}

	override _equals(other: ServerCredentials): boolean {
		return this === other;
	}
}

function contextOf({ cert, key, ca }: KeyMaterial): SecureContextOptions {
	// Without tickets no session is resumed: each connection shows its certificate to the authorities of its day.
	return { cert, key, ca, minVersion: "TLSv1.2", secureOptions: constants.SSL_OP_NO_TICKET };
}
