import { once } from "node:events";
import type { TestContext } from "node:test";
import { Worker } from "node:worker_threads";

/** A server in a thread of its own: who asks it may sleep meanwhile. */
export interface HttpPeer {
	readonly url: string;
	readonly port: number;
}

/** Starts one with the answers of peer-thread.ts; with a certificate it speaks TLS. It ends with the test. */
export async function startPeer(test: TestContext, tls?: { cert: string; key: string }): Promise<HttpPeer> {
	const worker = new Worker(new URL("./peer-thread.ts", import.meta.url), { workerData: { tls } });
	test.after(() => worker.terminate());
	const [port]: number[] = await once(worker, "message");
	if (port === undefined) throw new Error("the peer does not say its port");
	return { port, url: `${tls ? "https" : "http"}://127.0.0.1:${port}` };
}
