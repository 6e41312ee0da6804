import type { Agent } from "node:http";
import type { EchoUpstream } from "./echo-upstream.ts";
import type { TestEnvoy } from "./envoy.ts";
import { type Answer, send, sendHttp2 } from "./http-client.ts";

/** A request to one of the examples, which have a host each. */
export interface ExampleRequest {
	readonly example: string;
	readonly method: string;
	readonly path: string;
	readonly headers: Readonly<Record<string, string | readonly string[]>>;
	readonly body?: Uint8Array;
}

/** What came of a request: at the client, and at the service if it got there. */
export interface Outcome {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
	readonly arrived?: {
		readonly method: string;
		readonly path: string;
		readonly headers: object;
		readonly body: string;
	};
}

/** An Envoy and what it has behind it. */
export interface Way {
	readonly envoy: TestEnvoy;
	readonly upstream: EchoUpstream;
}

/** Sends a request one way; over TLS where the agent is one for that. */
export async function outcome({ envoy, upstream }: Way, request: ExampleRequest, agent?: Agent): Promise<Outcome> {
	upstream.arrivals.length = 0;
	const { status, headers, body } = await sent(envoy.port, request, agent);
	const [arrival, ...more] = upstream.arrivals.splice(0);
	if (more.length > 0) throw new Error("the upstream got a request twice");
	return {
		status,
		headers: Object.fromEntries(headers),
		body,
		...(arrival && { arrived: { ...arrival, headers: Object.fromEntries(arrival.headers) } }),
	};
}

/** Calls of gRPC go over HTTP/2. */
function sent(port: number, request: ExampleRequest, agent?: Agent): Promise<Answer> {
	const { example, method, path, headers, body } = request;
	const host = `${example}.example`;
	const fields = Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]);
	if (example !== "orders") {
		const length = body === undefined ? {} : { "content-length": String(body.length) };
		return send({
			port,
			method,
			path,
			headers: { host, ...Object.fromEntries(fields), ...length },
			...(body && { body }),
			...(agent && { agent }),
		});
	}
	const pseudo = { ":method": method, ":path": path, ":authority": host, te: "trailers" };
	return sendHttp2(port, { ...pseudo, ...Object.fromEntries(fields) }, body);
}
