import { create } from "@bufbuild/protobuf";
import {
	type AnnounceRequest,
	type AnnounceResponse,
	AnnounceResponseSchema,
	type Origin,
} from "../api/generated/mixer_pb.js";
import { MixerError } from "../error.ts";
import type { SenderLedger } from "../ledger/sender-ledger.ts";
import { vmRecords } from "../ledger/vm-records.ts";
import { MAX_PROXY_NAME } from "../report/limits.ts";
import type { Presence } from "./presence.ts";

/** Characters of a revision: those of this project are 64 hexadecimal digits. */
const MAX_REVISION_NAME = 128;

export interface AnnounceServiceOptions {
	readonly presence: Pick<Presence, "hear">;
	/** What VMs say of their records goes there. */
	readonly ledger?: Pick<SenderLedger, "hear">;
	/** The Mixer's newest revision; undefined before the first. */
	readonly revision: () => string | undefined;
}

/**
 * Announce of mixer.proto.
 *
 * @returns the call; it rejects with a MixerError "invalid" for a request no filter makes.
 */
export function announceService(
	options: AnnounceServiceOptions,
): (request: AnnounceRequest) => Promise<AnnounceResponse> {
	const { presence, ledger, revision } = options;
	return async ({ origin, epoch, streams, hadStream, records }) => {
		const fault = originFault(origin);
		if (fault !== undefined || origin === undefined) throw new MixerError("invalid", fault ?? "origin is missing");
		const { proxy, vm, revision: running } = origin;
		presence.hear({ proxy, vm, revision: running, epoch, streams, hadStream: hadStream || streams > 0 });
		if (records !== undefined) ledger?.hear({ proxy, vm, epoch }, vmRecords(records));
		return create(AnnounceResponseSchema, { revision: revision() ?? "" });
	};
}

function originFault(origin: Origin | undefined): string | undefined {
	if (origin === undefined) return "origin is missing";
	const { proxy, revision } = origin;
	if (proxy.length > MAX_PROXY_NAME) {
		return `origin.proxy: ${proxy.length} characters must be at most ${MAX_PROXY_NAME}`;
	}
	if (revision.length > MAX_REVISION_NAME) {
		return `origin.revision: ${revision.length} characters must be at most ${MAX_REVISION_NAME}`;
	}
	return undefined;
}
