import type { FakeConnection } from "./fake-connection.ts";
import { FakeBody } from "./fake-host-body.ts";
import { type BytesLike, toBytes } from "./fake-host-module.ts";
import { type Headers, HeaderTable } from "./fake-host-pairs.ts";

/** An answer of the filter's own. */
export interface LocalResponse {
	readonly status: number;
	/** What response.code_details says. */
	readonly details: string;
	readonly body: Uint8Array;
	readonly headers: HeaderTable;
	/** -1: none. */
	readonly grpcStatus: number;
}

/** Property values by dotted name: numbers come as 8 bytes little-endian, booleans as one, text and bytes as they are. */
export type Properties = Readonly<Record<string, BytesLike | number | bigint | boolean>>;

/** What a stream needs of the host it is in. */
export interface StreamEvents {
	body(stream: FakeStream, chunk: Uint8Array, end: boolean): void;
	trailers(stream: FakeStream): void;
	respond(stream: FakeStream): void;
	end(stream: FakeStream): void;
}

/** One request in the fake host, from its headers to its end. */
export class FakeStream {
	readonly id: number;
	/** As the upstream would get them: with what the filter changed. */
	readonly requestHeaders: HeaderTable;
	/** As the client would get them; undefined until there is a response. */
	responseHeaders: HeaderTable | undefined = undefined;
	properties: Properties;
	/** What the filter set, by its name (parts joined with dots). */
	readonly filterState = new Map<string, Uint8Array>();
	/** Whether the request goes on to the upstream: what the headers callback said, then what was continued. */
	result: "continue" | "paused" = "continue";
	/** The answer the client gets, if it is the filter's own. Later ones are ignored, as Envoy does. */
	localResponse: LocalResponse | undefined = undefined;
	ended = false;
	/** It is a connection, and what became of it. */
	connection: FakeConnection | undefined = undefined;
	/** What has come of the request's body. */
	readonly body = new FakeBody();
	private readonly events: StreamEvents;

	constructor(id: number, request: { headers: Headers; properties: Properties }, events: StreamEvents) {
		this.id = id;
		this.requestHeaders = new HeaderTable(request.headers);
		this.properties = request.properties;
		this.events = events;
	}

	/** A piece of the request's body arrives; the request has to be one with `endOfStream: false`. */
	send(chunk: BytesLike, options: { end?: boolean } = {}): void {
		this.events.body(this, toBytes(chunk), options.end ?? false);
	}

	/** The request's trailers arrive: its body has ended before. */
	sendTrailers(): void {
		this.events.trailers(this);
	}

	/** The upstream's response arrives. */
	respond(response: { headers: Headers; properties?: Properties }): void {
		this.responseHeaders = new HeaderTable(response.headers);
		this.properties = { ...this.properties, ...response.properties };
		this.events.respond(this);
	}

	/** The stream ends, for whatever reason: it is logged, done and gone. */
	end(properties: Properties = {}): void {
		this.properties = { ...this.properties, ...properties };
		this.events.end(this);
	}

	headers(map: number): HeaderTable | undefined {
		if (map === 0) return this.requestHeaders;
		return map === 2 ? this.responseHeaders : undefined;
	}
}

/** A property's bytes as Envoy serializes them. */
export function propertyBytes(value: BytesLike | number | bigint | boolean): Uint8Array {
	if (typeof value === "boolean") return new Uint8Array([value ? 1 : 0]);
	if (typeof value !== "number" && typeof value !== "bigint") return toBytes(value);
	return new Uint8Array(new BigInt64Array([BigInt(value)]).buffer);
}
