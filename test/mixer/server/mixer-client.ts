import { type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { type CallOptions, Client, type ClientOptions, credentials, type ServiceError } from "@grpc/grpc-js";
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
	type ReportRequest,
	ReportRequestSchema,
	type ReportResponse,
	ReportResponseSchema,
} from "../../../mixer/api/generated/mixer_pb.js";

/** A client of mixer.proto by grpc-js and the generated messages. A failed call rejects with its ServiceError. */
export class MixerClient extends Client {
	/** @param port of 127.0.0.1: reached itself, whatever HTTP proxy the machine has. */
	constructor(port: number, options: ClientOptions = {}, channel = credentials.createInsecure()) {
		super(`127.0.0.1:${port}`, channel, { "grpc.enable_http_proxy": 0, ...options });
	}

	check(request: CheckRequest, options: CallOptions = {}): Promise<CheckResponse> {
		return this.#unary("Check", toBinary(CheckRequestSchema, request), CheckResponseSchema, options);
	}

	allocate(request: AllocateRequest, options: CallOptions = {}): Promise<AllocateResponse> {
		return this.#unary("Allocate", toBinary(AllocateRequestSchema, request), AllocateResponseSchema, options);
	}

	report(request: ReportRequest, options: CallOptions = {}): Promise<ReportResponse> {
		return this.#unary("Report", toBinary(ReportRequestSchema, request), ReportResponseSchema, options);
	}

	announce(request: AnnounceRequest): Promise<AnnounceResponse> {
		return this.#unary("Announce", toBinary(AnnounceRequestSchema, request), AnnounceResponseSchema, {});
	}

	/** Sends bytes as they are. */
	reportBytes(request: Uint8Array): Promise<ReportResponse> {
		return this.#unary("Report", request, ReportResponseSchema, {});
	}

	#unary<Out extends DescMessage>(
		method: string,
		request: Uint8Array,
		output: Out,
		options: CallOptions,
	): Promise<MessageShape<Out>> {
		return new Promise((resolve, reject) => {
			this.makeUnaryRequest(
				`/sluice.mixer.v1.Mixer/${method}`,
				(bytes: Uint8Array) => Buffer.from(bytes),
				(bytes) => fromBinary(output, bytes),
				request,
				options,
				(error: ServiceError | null, response) => {
					if (error !== null) reject(error);
					else if (response === undefined) reject(new Error("no answer and no error"));
					else resolve(response);
				},
			);
		});
	}
}
