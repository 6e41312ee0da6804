import { create } from "@bufbuild/protobuf";
import {
	type AnnounceRequest,
	AnnounceResponseSchema,
	type CheckRequest,
	type CheckResponse,
	CheckResponseSchema,
	Decision_Status,
	ReportResponseSchema,
} from "../../mixer/api/generated/mixer_pb.js";
import { MixerError } from "../../mixer/error.ts";
import { systemClock } from "../../mixer/observe/clock.ts";
import type { DecodedReport } from "../../mixer/report/decode-report.ts";
import { GrpcServer } from "../../mixer/server/grpc-server.ts";

/** A Mixer over the real gRPC server that answers what the test says: for answers that come late, wrong or never. */
export class ScriptedMixer {
	/** What has been asked, oldest first. */
	readonly checks: CheckRequest[] = [];
	/** Batches taken, oldest first. */
	readonly reports: DecodedReport[] = [];
	/** What VMs have said of themselves, oldest first. */
	readonly announces: AnnounceRequest[] = [];
	/** Answers a check; may take its time or throw. */
	onCheck: (request: CheckRequest) => Promise<CheckResponse> | CheckResponse = (request) => allow(request);
	port = 0;
	readonly #server: GrpcServer;

	constructor() {
		this.#server = new GrpcServer({
			host: "127.0.0.1",
			port: 0,
			clock: systemClock,
			observe: () => {},
			calls: {
				check: async (request) => {
					this.checks.push(request);
					return this.onCheck(request);
				},
				allocate: () => Promise.reject(new MixerError("unavailable", "no quotas here")),
				report: async (request) => {
					this.reports.push(request);
					return create(ReportResponseSchema, { acknowledgedSequence: request.sequence });
				},
				announce: async (request) => {
					this.announces.push(request);
					return create(AnnounceResponseSchema, {});
				},
			},
		});
	}

	static async start(): Promise<ScriptedMixer> {
		const mixer = new ScriptedMixer();
		mixer.port = await mixer.#server.listen();
		mixer.#server.setServing(true);
		return mixer;
	}

	/** Records reported so far. */
	get records(): number {
		return this.reports.reduce((sum, report) => sum + report.recordCount, 0);
	}

	/** What the records say of how each request ended at the policy. */
	get outcomes(): readonly unknown[] {
		return this.reports.flatMap(({ records, refusals }) => [
			...records.map((record) => record["check.outcome"]),
			...refusals,
		]);
	}

	async stop(): Promise<void> {
		await this.#server.stop(AbortSignal.abort());
	}
}

/** An answer that allows at every entrypoint asked. */
export function allow(request: CheckRequest): CheckResponse {
	return decide(request, true);
}

/** The same value, as a policy would give it, for every entrypoint asked. */
export function decide(request: CheckRequest, value: unknown): CheckResponse {
	const bytes = new TextEncoder().encode(JSON.stringify(value));
	const decisions = request.entrypoints.map(() => ({ status: Decision_Status.OK, value: bytes }));
	return create(CheckResponseSchema, { revision: request.revision, decisions });
}
