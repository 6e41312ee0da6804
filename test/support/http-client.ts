import { type Agent, type OutgoingHttpHeaders, request } from "node:http";
import { connect as connectHttp2, type OutgoingHttpHeaders as Http2Headers } from "node:http2";
import { Agent as TlsAgent } from "node:https";
import { connect } from "node:net";

/** Longest wait for any answer, in milliseconds: a hang fails the test that caused it. */
const TIMEOUT_MS = 20_000;

export interface Answer {
	readonly status: number;
	/** Lower-case names; repeated values joined with ", ". */
	readonly headers: ReadonlyMap<string, string>;
	readonly body: string;
	/** The port from which it was asked, which names the connection; not of every kind of request. */
	readonly fromPort?: number | undefined;
}

export interface Question {
	readonly port: number;
	readonly method?: string;
	readonly path?: string;
	readonly headers?: OutgoingHttpHeaders;
	readonly body?: string | Uint8Array;
	/** One of node:https makes it a request over TLS. */
	readonly agent?: Agent;
	readonly signal?: AbortSignal;
}

/** One HTTP/1.1 request; the path goes out as it is written. */
export function send(question: Question): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const outgoing = request(
			{
				host: "127.0.0.1",
				port: question.port,
				method: question.method ?? "GET",
				path: question.path ?? "/",
				headers: question.headers ?? {},
				timeout: TIMEOUT_MS,
				...(question.agent && { agent: question.agent }),
				...(question.agent instanceof TlsAgent && { protocol: "https:" }),
				...(question.signal && { signal: question.signal }),
			},
			(response) => {
				const chunks: Buffer[] = [];
				// Not known any more once the connection is closed.
				const fromPort = response.socket.localPort;
				response.on("data", (chunk: Buffer) => chunks.push(chunk));
				response.once("error", reject);
				response.once("end", () =>
					resolve({
						status: response.statusCode ?? 0,
						headers: joined(response.rawHeaders),
						body: Buffer.concat(chunks).toString(),
						fromPort,
					}),
				);
			},
		);
		outgoing.once("timeout", () => outgoing.destroy(new Error(`no answer for ${TIMEOUT_MS} ms`)));
		outgoing.once("error", reject);
		outgoing.end(question.body);
	});
}

/** Writes these bytes on a connection of its own and reads until the other side closes: say `connection: close`. */
export function sendRaw(port: number, bytes: string | Uint8Array): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
		const chunks: Buffer[] = [];
		socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no end of the answer for ${TIMEOUT_MS} ms`)));
		socket.on("data", (chunk) => {
			chunks.push(chunk);
			// Envoy closes a refused connection a second late: what is whole need not wait for that.
			if (isWhole(chunks)) socket.end();
		});
		// Envoy may answer 400 and close while the request is still being written.
		socket.once("error", (error) => (chunks.length > 0 ? resolve(parseAnswer(chunks)) : reject(error)));
		socket.once("end", () => socket.end());
		socket.once("close", () => resolve(parseAnswer(chunks)));
	});
}

/** One HTTP/2 request without TLS, on a connection of its own. */
export function sendHttp2(
	port: number,
	headers: Http2Headers,
	body?: string | Uint8Array,
	trailers?: Http2Headers,
): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const session = connectHttp2(`http://127.0.0.1:${port}`);
		session.once("error", reject);
		const waitForTrailers = trailers !== undefined;
		const stream = session.request(headers, { endStream: body === undefined, waitForTrailers });
		stream.once("wantTrailers", () => stream.sendTrailers(trailers ?? {}));
		const answer = { status: 0, headers: new Map<string, string>(), body: "" };
		stream.setEncoding("utf8");
		stream.setTimeout(TIMEOUT_MS, () => stream.destroy(new Error(`no answer for ${TIMEOUT_MS} ms`)));
		stream.once("response", (response) => {
			answer.status = Number(response[":status"]);
			for (const [name, value] of Object.entries(response)) answer.headers.set(name, String(value));
		});
		stream.on("data", (chunk: string) => {
			answer.body += chunk;
		});
		stream.once("error", (error) => {
			session.close();
			reject(error);
		});
		stream.once("end", () => {
			session.close();
			resolve(answer);
		});
		if (body !== undefined) stream.end(body);
	});
}

/** Runs `request` `count` times, at most `concurrency` at once; the results in the order of the requests. */
export async function load<T>(options: {
	count: number;
	concurrency: number;
	request: (index: number) => Promise<T>;
}): Promise<readonly T[]> {
	const results: T[] = [];
	let next = 0;
	const worker = async () => {
		while (next < options.count) {
			const index = next++;
			results[index] = await options.request(index);
		}
	};
	await Promise.all(Array.from({ length: options.concurrency }, worker));
	return results;
}

/** Whether a content-length says that nothing more comes. */
function isWhole(chunks: readonly Buffer[]): boolean {
	const { headers, body } = parseAnswer(chunks);
	return body.length === Number(headers.get("content-length") ?? "-1");
}

function parseAnswer(chunks: readonly Buffer[]): Answer {
	const text = Buffer.concat(chunks).toString("latin1");
	const end = text.indexOf("\r\n\r\n");
	const [statusLine = "", ...lines] = text.slice(0, end < 0 ? undefined : end).split("\r\n");
	const raw = lines.flatMap((line) => {
		const colon = line.indexOf(":");
		return [line.slice(0, colon), line.slice(colon + 1).trim()];
	});
	return {
		status: Number(statusLine.split(" ")[1] ?? 0),
		headers: joined(raw),
		body: end < 0 ? "" : text.slice(end + 4),
	};
}

function joined(raw: readonly string[]): ReadonlyMap<string, string> {
	const headers = new Map<string, string>();
	for (let i = 0; i + 1 < raw.length; i += 2) {
		const name = (raw[i] ?? "").toLowerCase();
		const before = headers.get(name);
		headers.set(name, before === undefined ? (raw[i + 1] ?? "") : `${before}, ${raw[i + 1] ?? ""}`);
	}
	return headers;
}
