import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import {
	Adapter as AdapterService,
	CloseRequestSchema,
	type ConfigurationSchema,
	type HandleResponse,
	OpenRequestSchema,
} from "../../api/generated/adapter_pb.js";
import type { Batch, HandleResult, ItemResult, Signal } from "../adapter.ts";
import { itemResults } from "./grpc-answer.ts";
import { type BatchMessage, type BatchOptions, messagesOf } from "./grpc-batch.ts";
import { CallFailed, type GrpcClient } from "./grpc-client.ts";
import { signalsOf } from "./grpc-signals.ts";

/** How long a session's last call may take; the adapter is there or it is not. */
const CLOSE_MS = 5000;

/** Statuses that refuse a batch for good, and what is counted then. */
const REFUSALS: ReadonlyMap<status, string> = new Map([
	[status.INVALID_ARGUMENT, "invalid_argument"],
	[status.OUT_OF_RANGE, "out_of_range"],
	[status.UNIMPLEMENTED, "unimplemented"],
]);

/** A batch's messages that are under way, and what came of those before. */
interface UnderWay {
	readonly batch: Batch;
	readonly messages: BatchMessage[];
	readonly results: ItemResult[];
}

export interface GrpcSessionOptions extends Pick<BatchOptions, "attributes"> {
	readonly client: GrpcClient;
	/** A random name. */
	readonly session: string;
	readonly configuration: MessageInitShape<typeof ConfigurationSchema>;
}

/**
 * A handler's session at an adapter: opened with the first batch, and again whenever the adapter knows it no more. A batch
 * that comes again keeps its numbers, so that the adapter can tell, and goes on where it stopped.
 */
export class GrpcSession {
	readonly #options: GrpcSessionOptions;
	#sequence = 0n;
	/** What the adapter takes; undefined while the session is not open. */
	#signals: ReadonlySet<Signal> | undefined;
	#underWay: UnderWay | undefined;

	constructor(options: GrpcSessionOptions) {
		this.#options = options;
	}

	/** Rejects where the very same batch is to come again. */
	async handle(batch: Batch): Promise<HandleResult> {
		const signals = this.#signals ?? (await this.#open());
		if (!signals.has(batch.signal)) return { rejected: "not_taken" };
		const { attributes, session } = this.#options;
		const nextSequence = () => ++this.#sequence;
		if (this.#underWay?.batch !== batch) {
			const messages = messagesOf(batch, { attributes, session, nextSequence });
			this.#underWay = { batch, messages, results: [] };
		}
		const { messages, results } = this.#underWay;
		for (let message = messages[0]; message !== undefined; message = messages[0]) {
			results.push(...(await this.#send(message)));
			messages.shift();
		}
		this.#underWay = undefined;
		return results;
	}

	async close(): Promise<void> {
		if (this.#signals === undefined) return;
		const request = create(CloseRequestSchema, { session: this.#options.session });
		const bytes = toBinary(CloseRequestSchema, request);
		await this.#options.client.call(AdapterService.method.close, bytes, { withinMs: CLOSE_MS, waits: false });
	}

	async #open(): Promise<ReadonlySet<Signal>> {
		const { client, session, configuration } = this.#options;
		const request = toBinary(OpenRequestSchema, create(OpenRequestSchema, { session, configuration }));
		const { signals } = await client.call(AdapterService.method.open, request);
		this.#signals = signalsOf(signals);
		return this.#signals;
	}

	async #send(message: BatchMessage): Promise<readonly ItemResult[]> {
		const { bytes, items } = message;
		const all = (result: ItemResult) => Array<ItemResult>(items).fill(result);
		if (bytes === undefined) return all({ rejected: "too_large" });
		const answer = await this.#deliver(bytes);
		return typeof answer === "string" ? all({ rejected: answer }) : itemResults(answer, items);
	}

	/** The answer, or why the batch is refused for good. */
	async #deliver(bytes: Uint8Array): Promise<HandleResponse | string> {
		const { client } = this.#options;
		try {
			return await client.call(AdapterService.method.handle, bytes);
		} catch (error) {
			if (!(error instanceof CallFailed)) throw error;
			if (error.code !== status.FAILED_PRECONDITION || this.#signals === undefined) return refusalOf(error);
		}
		// It has restarted, or another of its processes answers.
		this.#signals = undefined;
		await this.#open();
		return await client.call(AdapterService.method.handle, bytes).catch(refusalOf);
	}
}

/** Throws what is worth another try. */
function refusalOf(error: unknown): string {
	const refusal = error instanceof CallFailed ? REFUSALS.get(error.code) : undefined;
	if (refusal === undefined) throw error;
	return refusal;
}
