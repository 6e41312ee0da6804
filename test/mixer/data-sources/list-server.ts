import { hash } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { TestContext } from "node:test";
import { TestAuthority } from "../../support/key-folder.ts";

/** Serves a document with an ETag, as a web server does; ends with the test. */
export class ListServer {
	readonly requests: IncomingMessage[] = [];
	/** undefined answers 500. */
	content: string | undefined = "ann\n";
	/** Where it sends who asks, if anywhere. */
	location: string | undefined;
	/** What it tells versions by. */
	validator: "etag" | "last-modified" = "etag";
	/** When its document was changed last. */
	modified = "Mon, 01 Jan 2024 00:00:00 GMT";
	/** Takes requests and never answers. */
	isHanging = false;
	readonly url: string;
	/** Who signed its certificate, PEM. */
	readonly authority: string;

	private constructor(server: Server, url: string, authority: string) {
		this.url = url;
		this.authority = authority;
		server.on("request", this.#answer);
	}

	/** @param options.tls left out: https. */
	static async start(t: TestContext, { tls = true }: { tls?: boolean } = {}): Promise<ListServer> {
		const authority = await TestAuthority.create();
		const { certificate, key } = await authority.issue({ dnsNames: ["localhost"] });
		const server = tls ? createSecureServer({ cert: certificate, key }) : createServer();
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		t.after(() => {
			server.closeAllConnections();
			server.close();
		});
		const address = server.address();
		const port = typeof address === "object" && address !== null ? address.port : 0;
		return new ListServer(server, `${tls ? "https" : "http"}://localhost:${port}/list.txt`, authority.root.certificate);
	}

	readonly #answer: RequestListener = (request, response) => {
		this.requests.push(request);
		if (this.isHanging) return;
		if (this.location !== undefined) {
			response.writeHead(302, { location: this.location }).end();
			return;
		}
		if (this.content === undefined) {
			response.writeHead(500).end("no");
			return;
		}
		const tag = this.validator === "etag" ? `"${hash("sha1", this.content)}"` : this.modified;
		const asked = request.headers[this.validator === "etag" ? "if-none-match" : "if-modified-since"];
		response.setHeader(this.validator, tag);
		if (asked === tag) response.writeHead(304).end();
		else response.writeHead(200).end(this.content);
	};
}
