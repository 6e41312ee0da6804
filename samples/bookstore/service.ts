import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { parseArgs } from "node:util";

/** The path asked for, without its query. */
export function pathOf(request: IncomingMessage): string {
	return (request.url ?? "/").split("?", 1)[0] ?? "/";
}

/** Answers with one JSON document. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
	response.writeHead(status, { "content-type": "application/json" });
	response.end(`${JSON.stringify(body)}\n`);
}

/** The value of `--NAME` on the command line, or the fallback. */
export function argument(name: string, fallback: string): string {
	const { values } = parseArgs({ options: { [name]: { type: "string" } }, strict: false });
	const value = values[name];
	return typeof value === "string" ? value : fallback;
}

/** Serves on 127.0.0.1 at `--port` (0: any free one), says so in one line, and ends at SIGTERM or SIGINT. */
export function runService(name: string, server: Server): void {
	server.once("error", (error) => {
		console.error(`${name}: ${error.message}`);
		process.exitCode = 1;
	});
	server.listen(Number(argument("port", "0")), "127.0.0.1", () => {
		const address = server.address();
		if (address !== null && typeof address === "object") console.log(`${name} listens on ${address.port}`);
	});
	for (const signal of ["SIGTERM", "SIGINT"] as const) {
		process.once(signal, () => {
			server.close();
			server.closeAllConnections();
		});
	}
}
