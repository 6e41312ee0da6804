import type { PeerCertificate } from "node:tls";
import type { ServerCredentials } from "@grpc/grpc-js";
import type { Registry } from "prom-client";
import { KeyRotation, type RotationClock } from "../citadel/key-rotation.ts";
import { KeyMetrics } from "../citadel/metrics.ts";
import { type KnownProxy, ProxyAccess } from "../citadel/proxy-access.ts";
import type { TlsSettings } from "../galley/snapshot.ts";
import type { AdapterLogger } from "../mixer/adapters/adapter.ts";
import type { Caller, Recognise } from "../mixer/server/caller.ts";
import type { Admit, Authorize } from "../pilot/discovery/peer.ts";

/** Mutual TLS as the Settings say: what the Mixer's and the discovery port are started with. */
export interface Trust {
	readonly credentials: ServerCredentials;
	/** For the Mixer: who calls, and what it may. */
	readonly recognise: Recognise;
	/** For the discovery server: whom to turn away. */
	readonly admit: Admit;
	/** For the discovery server: who may have a resource. */
	readonly authorize: Authorize;
	readonly registry: Registry;
	/** Goes by another list of proxies from now on. */
	change(proxies: TlsSettings["proxies"]): void;
	/** Looks at the files no more. */
	stop(): void;
}

/**
 * Reads the files of `spec.tls` and keeps to them.
 *
 * @throws CitadelError, naming field and file, where they can't be used.
 */
export async function startTrust(options: {
	tls: TlsSettings;
	clock: RotationClock;
	logger: AdapterLogger;
}): Promise<Trust> {
	const { tls, clock, logger } = options;
	const rotation = await KeyRotation.start({
		files: tls,
		clock,
		onUsed({ certificateEndMs }) {
			metrics.rotation("used");
			logger.info({ expires: new Date(certificateEndMs).toISOString() }, "another certificate is in force");
		},
		onRefused(fault) {
			metrics.rotation("refused");
			logger.error({ fault }, "another certificate cannot be used: the one before stays in force");
		},
	});
	const metrics = new KeyMetrics({ material: () => rotation.material, now: clock.now });
	const access = new ProxyAccess({ rules: tls.proxies, now: clock.now });
	const meet = (certificate: PeerCertificate | undefined) =>
		access.meet(certificate && { subjectAltName: certificate.subjectaltname, validTo: certificate.valid_to });
	return {
		credentials: rotation.credentials,
		recognise: (certificate) => callerOf(meet(certificate), { access, logger }),
		admit: ({ certificate }, { id }) => access.refusal(meet(certificate), "discover", id),
		// A stream outlives the certificate it was opened with. To say then that there is nothing would take the filter away.
		authorize: ({ certificate }, { id }) => access.rulingAgainst(meet(certificate), "discover", id) === undefined,
		registry: metrics.registry,
		change: (proxies) => access.change(proxies),
		stop: () => rotation.stop(),
	};
}

/** Each connection's first refusal is logged: calls that are refused come by the thousand. */
function callerOf(
	proxy: KnownProxy | undefined,
	{ access, logger }: { access: ProxyAccess; logger: AdapterLogger },
): Caller {
	let isTold = false;
	const told = (text: string | undefined) => {
		if (text !== undefined && !isTold) {
			isTold = true;
			logger.warn({ refused: text }, "a proxy is refused");
		}
		return text;
	};
	return {
		refusal: (use, node) => told(access.refusal(proxy, use, node)),
		quotas(node) {
			const ruling = access.quotaRuling(proxy, node);
			return (quota) => told(ruling(quota)) === undefined;
		},
	};
}
