import { create } from "@bufbuild/protobuf";
import {
	type AnnounceRequest,
	type AnnounceResponse,
	AnnounceResponseSchema,
	type Origin,
	type ReportRequest,
} from "../api/generated/mixer_pb.js";
import { MixerError } from "../error.ts";
import { MAX_PROXY_NAME } from "../report/limits.ts";
import type { Presence } from "./presence.ts";
import type { VmWord } from "./vm-table.ts";

/** Characters of a revision: those of this project are 64 hexadecimal digits. */
const MAX_REVISION_NAME = 128;

export interface AnnounceServiceOptions {
	readonly presence: Pick<Presence, "hear" | "leave">;
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
	const { presence, revision } = options;
	return async ({ origin, epoch, streams, hadStream, leaving }) => {
		const fault = originFault(origin);
		if (fault !== undefined || origin === undefined) throw new MixerError("invalid", fault ?? "origin is missing");
		const word = wordOf(origin, { epoch, streams, hadStream: hadStream || streams > 0 });
		if (leaving) presence.leave(word);
		else presence.hear(word);
		return create(AnnounceResponseSchema, { revision: revision() ?? "" });
	};
}

/** Takes a Report as the word of its VM that it is. */
export function hearReport(presence: Pick<Presence, "hear">, request: ReportRequest): void {
	const { origin, epoch, streams, records, adopted } = request;
	if (adopted || origin === undefined || originFault(origin) !== undefined) return;
	presence.hear(wordOf(origin, { epoch, streams, hadStream: streams > 0 || records.length > 0 }));
}

function wordOf(origin: Origin, rest: Pick<VmWord, "epoch" | "streams" | "hadStream">): VmWord {
	const { proxy, vm, revision } = origin;
	return { proxy, vm, revision, ...rest };
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
