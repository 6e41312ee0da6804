import { lookup } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type MessagePort, workerData } from "node:worker_threads";
import type { HttpRequest, HttpResponse, NetworkAnswer, NetworkQuestion } from "./http-exchange.ts";
import { sendRequest } from "./send-request.ts";

// The thread that waits for the network in the place of a policy's thread, which sleeps meanwhile.

/** Between two attempts, doubled each time, as OPA does. */
const RETRY_AFTER_MS = { first: 100, most: 60_000 } as const;

const { port, signal }: { port: MessagePort; signal: Int32Array } = workerData;

async function answer(question: NetworkQuestion): Promise<NetworkAnswer> {
	try {
		if (question.type === "send") {
			return { type: "response", response: await sendWithRetries(question.request, question) };
		}
		const found = await Promise.race([lookup(question.name, { all: true }), late(question.timeoutMs)]);
		return { type: "addresses", addresses: found.map(({ address }) => address) };
	} catch (error) {
		return {
			type: "failed",
			message: describe(error),
			isNetwork: question.type === "send",
			isBound: error instanceof RangeError,
		};
	}
}

async function sendWithRetries(
	request: HttpRequest,
	{ settings }: Extract<NetworkQuestion, { type: "send" }>,
): Promise<HttpResponse> {
	for (let attempt = 0; ; attempt++) {
		try {
			return await sendRequest(request, settings);
		} catch (error) {
			if (attempt >= request.retries) throw error;
			await sleep(Math.min(RETRY_AFTER_MS.first * 2 ** attempt, RETRY_AFTER_MS.most));
		}
	}
}

async function late(timeoutMs: number): Promise<never> {
	await sleep(timeoutMs);
	throw new Error("i/o timeout");
}

function describe(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return error.name === "TimeoutError" || error.name === "AbortError" ? "request timed out" : error.message;
}

port.on("message", (question: NetworkQuestion) => {
	void answer(question).then((said) => {
		port.postMessage(said);
		Atomics.store(signal, 0, 1);
		Atomics.notify(signal, 0);
	});
});
