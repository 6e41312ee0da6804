import { fromBinary } from "@bufbuild/protobuf";
import type { Server } from "@grpc/grpc-js";
import {
	type AllocateRequest,
	AllocateRequestSchema,
	type AllocateResponse,
	AllocateResponseSchema,
	type AnnounceRequest,
	AnnounceRequestSchema,
	type AnnounceResponse,
	AnnounceResponseSchema,
	type CheckRequest,
	CheckRequestSchema,
	type CheckResponse,
	CheckResponseSchema,
	Mixer,
	type Origin,
	type ReportResponse,
	ReportResponseSchema,
} from "../api/generated/mixer_pb.js";
import { type DecodedReport, decodeReport } from "../report/decode-report.ts";
import type { Caller, Use } from "./caller.ts";
import { handleUnary, type UnaryOptions, unaryDefinition } from "./unary-call.ts";

/** A Check carries an input of 64 KiB by default; the largest that can be configured, with a body, has 3 MiB. */
export const MAX_CHECK_BYTES = 3.25 * 1024 * 1024;

/** 64 items with keys of 1 KiB. */
export const MAX_ALLOCATE_BYTES = 128 * 1024;

/** A Report carries 64 KiB by default; records of large headers can be much more. */
export const MAX_REPORT_BYTES = 4 * 1024 * 1024;

/** Checks under way at once, over all connections: more than wait for a policy worker (Settings, queuedChecks). */
export const MAX_CHECKS = 4000;

/** Allocates under way at once: a store that is late holds each for its timeout, 100 ms by default. */
export const MAX_ALLOCATES = 4000;

/** Reports under way at once: they end as soon as they are decoded, so this bounds what a burst holds in memory. */
export const MAX_REPORTS = 64;

/** An Announce carries two names and numbers. */
export const MAX_ANNOUNCE_BYTES = 4096;

/** Announces under way at once: as for Reports. */
export const MAX_ANNOUNCES = 64;

/** What answers the calls of mixer.proto. */
export interface MixerCalls {
	readonly announce: (request: AnnounceRequest) => Promise<AnnounceResponse>;
	readonly check: (request: CheckRequest) => Promise<CheckResponse>;
	readonly allocate: (request: AllocateRequest, caller: Caller | undefined) => Promise<AllocateResponse>;
	readonly report: (request: DecodedReport) => Promise<ReportResponse>;
}

/** Adds sluice.mixer.v1.Mixer to a server. */
export function addMixerService(server: Server, options: UnaryOptions & { readonly calls: MixerCalls }): void {
	const check = {
		name: "Check",
		decode: (bytes: Uint8Array) => fromBinary(CheckRequestSchema, bytes),
		output: CheckResponseSchema,
		maxBytes: MAX_CHECK_BYTES,
		maxCalls: MAX_CHECKS,
		...as("check"),
		handle: options.calls.check,
	};
	const allocate = {
		name: "Allocate",
		decode: (bytes: Uint8Array) => fromBinary(AllocateRequestSchema, bytes),
		output: AllocateResponseSchema,
		maxBytes: MAX_ALLOCATE_BYTES,
		maxCalls: MAX_ALLOCATES,
		...as("check"),
		handle: options.calls.allocate,
	};
	const report = {
		name: "Report",
		output: ReportResponseSchema,
		decode: decodeReport,
		maxBytes: MAX_REPORT_BYTES,
		maxCalls: MAX_REPORTS,
		...as("report"),
		handle: options.calls.report,
	};
	const announce = {
		name: "Announce",
		decode: (bytes: Uint8Array) => fromBinary(AnnounceRequestSchema, bytes),
		output: AnnounceResponseSchema,
		maxBytes: MAX_ANNOUNCE_BYTES,
		maxCalls: MAX_ANNOUNCES,
		...as("report"),
		handle: options.calls.announce,
	};
	const definition = (name: string) => unaryDefinition(`/${Mixer.typeName}/${name}`);
	server.addService(
		{
			Check: definition("Check"),
			Allocate: definition("Allocate"),
			Report: definition("Report"),
			Announce: definition("Announce"),
		},
		{
			Check: handleUnary(check, options),
			Allocate: handleUnary(allocate, options),
			Report: handleUnary(report, options),
			Announce: handleUnary(announce, options),
		},
	);
}

/** A method that takes this allowance; who calls says so in the request's origin. */
function as<Allowed extends Use>(use: Allowed) {
	return { use, proxyOf: ({ origin }: { readonly origin?: Origin | undefined }) => origin?.proxy };
}
