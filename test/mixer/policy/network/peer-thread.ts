import { createServer, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { parentPort, workerData } from "node:worker_threads";
import { gzipSync } from "node:zlib";

// The thread of a test's HTTP server. It counts requests by their whole path.

const counts = new Map<string, number>();

const answer: RequestListener = async (request, response) => {
	const { pathname, searchParams } = new URL(request.url ?? "/", "http://peer");
	let body = "";
	for await (const chunk of request) body += chunk;
	const count = (counts.get(request.url ?? "") ?? 0) + 1;
	counts.set(request.url ?? "", count);
	const header = searchParams.get("header");
	if (header !== null) {
		const [name = "", ...value] = header.split(":");
		response.setHeader(name, value.join(":"));
	}
	const status = Number(searchParams.get("status") ?? 200);
	switch (pathname) {
		case "/echo": {
			const { authorization, "x-a": a, "content-length": length } = request.headers;
			const seen = { method: request.method, url: request.url, authorization, a, length, body };
			response.setHeader("content-type", "application/json").end(JSON.stringify(seen));
			return;
		}
		case "/gzip":
			response.setHeader("content-encoding", "gzip").setHeader("content-type", "application/json");
			response.end(gzipSync(JSON.stringify({ text: "x".repeat(1000) })));
			return;
		case "/big":
			response.end("x".repeat(Number(searchParams.get("size"))));
			return;
		case "/never":
			return;
		case "/reset":
			request.socket.destroy();
			return;
		case "/tagged":
			response.setHeader("etag", '"1"').setHeader("cache-control", "max-age=0").setHeader("x-count", String(count));
			response.statusCode = request.headers["if-none-match"] === '"1"' ? 304 : 200;
			response.end(response.statusCode === 304 ? "" : `body ${count}`);
			return;
		default:
			response.statusCode = status;
			response.end(searchParams.get("body") ?? String(count));
	}
};

const { tls }: { tls?: { cert: string; key: string } } = workerData;
const server = tls ? createSecureServer(tls, answer) : createServer(answer);
server.listen(0, "127.0.0.1", () => {
	const address = server.address();
	parentPort?.postMessage(typeof address === "object" ? address?.port : undefined);
});
