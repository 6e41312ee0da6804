import { BlockList, isIP } from "node:net";
import { CitadelError } from "../citadel/error.ts";
import type { TlsSettings } from "../galley/snapshot.ts";
import type { AdapterLogger } from "../mixer/adapters/adapter.ts";
import { MixerError } from "../mixer/error.ts";
import { systemClock } from "../mixer/observe/clock.ts";
import { startTrust, type Trust } from "./trust.ts";

/** Where ports listen that speak no TLS and do not ask who calls: the admin port always. */
export const HOST = "127.0.0.1";

/** How the Mixer's and the discovery port are opened. */
export interface Listening {
	/** An IP address, of version 6 in brackets. */
	readonly host: string;
	/** undefined: without TLS, for everyone on this machine. */
	readonly trust: Trust | undefined;
}

/** Without TLS, on loopback: for one machine and one person. */
export const plainLoopback: Listening = { host: HOST, trust: undefined };

export interface ListeningOptions {
	readonly tls: TlsSettings | undefined;
	/** An IP address. */
	readonly host: string;
	/** Whether a person has said that there shall be no TLS. */
	readonly insecureLoopback: boolean;
	readonly logger: AdapterLogger;
}

/**
 * How the ports are opened: by mutual TLS as the Settings say, and without it only where a person has said so and nobody
 * else can reach them.
 *
 * @throws MixerError "invalid", saying what to do.
 */
export async function openListening(options: ListeningOptions): Promise<Listening> {
	const { tls, insecureLoopback, logger } = options;
	const host = isIP(options.host) === 6 ? `[${options.host}]` : options.host;
	if (insecureLoopback) {
		if (isLoopback(options.host)) return { host, trust: undefined };
		const text = `${options.host} is not a loopback address: without TLS everyone who reaches it could ask for decisions`;
		throw new MixerError(
			"invalid",
			`--insecure-loopback: ${text}. Leave the option out and set spec.tls in the Settings`,
		);
	}
	if (tls === undefined) throw new MixerError("invalid", NO_TLS);
	try {
		return { host, trust: await startTrust({ tls, clock: systemClock, logger }) };
	} catch (error) {
		if (error instanceof CitadelError) throw new MixerError("invalid", error.message, { cause: error });
		throw error;
	}
}

const NO_TLS = `the Settings have no spec.tls, so that this server and its proxies could not know each other:
  sluice cert init --out certs
  sluice cert issue sluice --out certs
and name certs/sluice.crt, certs/sluice.key and certs/ca.crt in spec.tls (docs/security.md). To try it on this machine
alone: --insecure-loopback`;

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

function isLoopback(host: string): boolean {
	const version = isIP(host);
	return version !== 0 && loopback.check(host, version === 6 ? "ipv6" : "ipv4");
}
