import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
	DiscoveryRequestSchema,
	DiscoveryResponseSchema,
} from "../../../pilot/api/generated/envoy/service/discovery/v3/discovery_pb.js";
import { methods } from "./discovery-client.ts";

/** Of gRPC's frame: whether it is compressed, and how long the message is. */
const FRAME_HEAD_BYTES = 5;

/** A client whose HTTP/2 windows stay shut until it reads: gRPC's own clients read ahead. */
export class SlowReader {
	readonly #session: ClientHttp2Session;
	readonly #stream: ClientHttp2Stream;

	constructor(port: number) {
		this.#session = connect(`http://127.0.0.1:${port}`);
		this.#stream = this.#session.request({
			":method": "POST",
			":path": methods.sotwEcds.path,
			"content-type": "application/grpc",
			te: "trailers",
		});
		// The server may end it.
		for (const emitter of [this.#session, this.#stream]) emitter.on("error", () => undefined);
	}

	ask(init: MessageInitShape<typeof DiscoveryRequestSchema>): void {
		const message = toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, init));
		const head = Buffer.alloc(FRAME_HEAD_BYTES);
		head.writeUInt32BE(message.length, 1);
		this.#stream.write(Buffer.concat([head, message]));
	}

	/** Reads on until there are so many responses more; their versions. */
	async read(count: number): Promise<readonly string[]> {
		const versions: string[] = [];
		let bytes = Buffer.alloc(0);
		for await (const chunk of this.#stream.iterator({ destroyOnReturn: false })) {
			bytes = Buffer.concat([bytes, chunk]);
			const end = bytes.length < FRAME_HEAD_BYTES ? Infinity : FRAME_HEAD_BYTES + bytes.readUInt32BE(1);
			if (bytes.length < end) continue;
			versions.push(fromBinary(DiscoveryResponseSchema, bytes.subarray(FRAME_HEAD_BYTES, end)).versionInfo);
			bytes = bytes.subarray(end);
			if (versions.length === count) break;
		}
		return versions;
	}

	close(): void {
		this.#session.destroy();
	}
}
