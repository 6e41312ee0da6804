import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { getCACertificates } from "node:tls";
import { gunzipSync } from "node:zlib";
import type { HttpSendSettings } from "../../../galley/snapshot.ts";
import { checkHost } from "./allowed-hosts.ts";
import type { HttpRequest, HttpResponse } from "./http-exchange.ts";

/** Answers that lead elsewhere, one after the other; Go's client has the same bound. */
const MAX_REDIRECTS = 10;

/** Connections kept to one host: a policy's thread asks one thing at a time. */
const agents = { keepAlive: true, maxSockets: 2, maxFreeSockets: 2 } as const;
const plain = new HttpAgent(agents);
const secure = new HttpsAgent({ ...agents, ca: authorities() });

/** Those that are not for another host. */
const OWN_HEADERS = new Set(["authorization", "cookie", "cookie2", "www-authenticate", "proxy-authorization"]);

/**
 * Sends a request and reads the whole answer, from one listed host to the next where it follows redirects.
 *
 * @throws Error where there is no answer in time, within the size, or from a host that is listed.
 */
export async function sendRequest(request: HttpRequest, settings: HttpSendSettings): Promise<HttpResponse> {
	const signal = AbortSignal.timeout(request.timeoutMs);
	let current = request;
	for (let redirects = 0; ; redirects++) {
		const url = new URL(current.url);
		checkHost(url, settings.hosts);
		const response = await exchange(url, current, { signal, maxBytes: settings.responseBytes });
		const location = response.headers.location?.[0];
		const isRedirect = [301, 302, 303, 307, 308].includes(response.statusCode) && location !== undefined;
		if (!isRedirect || !current.followsRedirects) return response;
		if (redirects === MAX_REDIRECTS) throw new Error(`stopped after ${MAX_REDIRECTS} redirects`);
		current = redirected(current, new URL(location, url), response.statusCode);
	}
}

function redirected(request: HttpRequest, target: URL, statusCode: number): HttpRequest {
	const keepsBody = statusCode === 307 || statusCode === 308;
	const isElsewhere = target.host !== new URL(request.url).host;
	const kept = Object.entries(request.headers).filter(([name]) => !isElsewhere || !OWN_HEADERS.has(name.toLowerCase()));
	const headers = Object.fromEntries(kept.filter(([name]) => name.toLowerCase() !== "host" || !isElsewhere));
	if (keepsBody) return { ...request, url: target.href, headers };
	const method = request.method === "HEAD" ? "HEAD" : "GET";
	return { ...request, url: target.href, headers, method, body: "" };
}

async function exchange(
	url: URL,
	{ method, headers, body, tls }: HttpRequest,
	{ signal, maxBytes }: { signal: AbortSignal; maxBytes: number },
): Promise<HttpResponse> {
	const names = Object.keys(headers).map((name) => name.toLowerCase());
	const asksForGzip = !names.includes("accept-encoding") && !names.includes("range") && method !== "HEAD";
	const options: RequestOptions = {
		method,
		signal,
		headers: {
			...(names.includes("user-agent") ? {} : { "User-Agent": "sluice" }),
			...(asksForGzip ? { "Accept-Encoding": "gzip" } : {}),
			...(body === "" ? {} : { "Content-Length": Buffer.byteLength(body) }),
			...headers,
		},
	};
	const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
	const sent =
		url.protocol === "https:"
			? httpsRequest(url, { ...options, ...tlsOptions(tls) })
			: httpRequest(url, { ...options, agent: plain });
	sent.once("response", resolve).once("error", reject);
	sent.end(body);
	const message = await promise;
	const bytes = await readBody(message, maxBytes);
	const isGzip = asksForGzip && message.headers["content-encoding"] === "gzip";
	return {
		status: `${message.statusCode} ${message.statusMessage}`.trim(),
		statusCode: message.statusCode ?? 0,
		headers: headersOf(message, isGzip),
		body: isGzip ? gunzipSync(bytes, { maxOutputLength: maxBytes }) : bytes,
	};
}

/** Those that Node knows and those of the machine, which a company may have added its own to. */
function authorities(): string[] {
	return [...getCACertificates("default"), ...getCACertificates("system")];
}

function tlsOptions(tls: HttpRequest["tls"]): Record<string, unknown> {
	const { ca, usesSystemCas, cert, key, serverName } = tls;
	const isOwn = ca !== undefined || usesSystemCas || cert !== undefined || serverName !== undefined;
	if (!isOwn) return { agent: secure };
	const system = ca === undefined || usesSystemCas ? (usesSystemCas ? getCACertificates("system") : authorities()) : [];
	return {
		// A connection of its own: nobody else's authorities and keys are for it.
		agent: false,
		ca: ca === undefined ? system : [...system, ca],
		...(cert === undefined ? {} : { cert, key }),
		...(serverName === undefined ? {} : { servername: serverName }),
	};
}

async function readBody(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of message) {
		const bytes: Buffer = Buffer.from(chunk);
		size += bytes.byteLength;
		if (size > maxBytes) {
			message.destroy();
			throw new RangeError(`the response is over ${maxBytes} bytes (spec.httpSend.responseBytes)`);
		}
		chunks.push(bytes);
	}
	return Buffer.concat(chunks);
}

/** As Go shows them: without what is between the two ends only, or was undone. */
function headersOf(message: IncomingMessage, isGzip: boolean): Record<string, readonly string[]> {
	const hidden = ["transfer-encoding", ...(isGzip ? ["content-encoding", "content-length"] : [])];
	const entries = Object.entries(message.headersDistinct).filter(([name]) => !hidden.includes(name));
	return Object.fromEntries(entries.map(([name, values]) => [name, values ?? []]));
}
