import { type ChannelCredentials, credentials, Metadata } from "@grpc/grpc-js";
import { parseDuration } from "../../../galley/kinds/duration.ts";
import { MixerError } from "../../error.ts";
import { isLoopback } from "../http/loopback.ts";
import { readHeaders } from "../http/request-headers.ts";
import type { Environment } from "../http/secret-source.ts";
import { readTls } from "../http/tls-files.ts";
import type { GrpcConfiguration } from "./grpc-config.ts";

/** Shortest and longest deadline of a call. */
const DEADLINES = { min: "100ms", max: "5m" } as const;

/** How the adapter is reached. */
export interface GrpcTarget {
	/** As gRPC names it. */
	readonly address: string;
	readonly credentials: ChannelCredentials;
	/** Secret ones among them: they are sent and never shown. */
	readonly metadata: Metadata;
	readonly deadlineMs: number;
}

/**
 * Reads what the configuration names.
 *
 * @throws MixerError "invalid" naming what is wrong, and no secret.
 */
export async function readTarget(config: GrpcConfiguration, environment: Environment): Promise<GrpcTarget> {
	const { endpoint } = config;
	const isTls = endpoint.startsWith("https:");
	const address = endpoint.replace(/^https?:\/\//, "");
	if (endpoint.startsWith("http:") && !config.plaintext) refuseRemote(endpoint);
	if (!isTls && Object.keys(config.tls).length > 0) {
		throw invalid(`config.tls: ${endpoint} has no TLS: write https:// or leave tls out`);
	}
	return {
		address: endpoint.startsWith("unix:") ? address : withPort(address, isTls),
		credentials: isTls ? await secure(config) : credentials.createInsecure(),
		metadata: metadataOf(await readHeaders(config.headers, environment)),
		deadlineMs: deadlineMs(config.deadline),
	};
}

function refuseRemote(endpoint: string): void {
	const url = URL.parse(endpoint);
	if (url !== null && isLoopback(url.hostname)) return;
	throw invalid(
		`config.endpoint: ${endpoint} is not on this machine: write https://, or plaintext: true to go without`,
	);
}

/** As URLs leave it out. */
function withPort(address: string, isTls: boolean): string {
	return /:\d+$/.test(address) ? address : `${address}:${isTls ? 443 : 80}`;
}

async function secure({ tls }: GrpcConfiguration): Promise<ChannelCredentials> {
	const { ca, key, cert } = await readTls(tls);
	try {
		return credentials.createSsl(ca ?? null, key ?? null, cert ?? null);
	} catch (cause) {
		throw new MixerError("invalid", `config.tls: what is named there makes no TLS: ${MixerError.from(cause).message}`, {
			cause,
		});
	}
}

function metadataOf(headers: Readonly<Record<string, string>>): Metadata {
	const metadata = new Metadata();
	for (const [name, value] of Object.entries(headers)) {
		if (!/^(?!grpc-)[a-z0-9_.-]+(?<!-bin)$/i.test(name)) {
			throw invalid(
				`config.headers.${name}: no name for gRPC's metadata: letters, digits, _ . and -, no grpc- and -bin`,
			);
		}
		metadata.set(name, value);
	}
	return metadata;
}

function deadlineMs(text: string): number {
	const ms = parseDuration(text) ?? 0;
	const { min, max } = DEADLINES;
	if (ms < (parseDuration(min) ?? 0)) throw invalid(`config.deadline: ${text} must be at least ${min}`);
	if (ms > (parseDuration(max) ?? 0)) throw invalid(`config.deadline: ${text} must be at most ${max}`);
	return ms;
}

function invalid(text: string): MixerError {
	return new MixerError("invalid", text);
}
