import { generateKeyPairSync } from "node:crypto";
import { connect, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { createServer } from "node:tls";
import { certificateOf, pemOf } from "./certificate.ts";

/** TLS for localhost in front of a port of 127.0.0.1; it ends with the test. `ca` is what clients have to trust. */
export async function tlsFront(context: TestContext, to: number): Promise<{ port: number; ca: string }> {
	const { key, cert } = selfSigned();
	const sockets = new Set<Socket>();
	const server = createServer({ key, cert }, (client) => {
		const upstream = connect(to, "127.0.0.1");
		sockets.add(client).add(upstream);
		client.pipe(upstream).pipe(client);
		for (const [one, other] of [
			[client, upstream],
			[upstream, client],
		] as const) {
			one.on("error", () => other.destroy());
			one.on("close", () => other.destroy());
		}
	});
	server.on("tlsClientError", () => {});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	context.after(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	return { port: address.port, ca: cert };
}

function selfSigned(): { key: string; cert: string } {
	const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const parts = { publicKey, issuerKey: privateKey, subject: "localhost", issuer: "localhost" };
	const cert = pemOf("CERTIFICATE", certificateOf(parts));
	return { key: privateKey.export({ format: "pem", type: "pkcs8" }).toString(), cert };
}
