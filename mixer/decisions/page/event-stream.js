/** The first wait after a connection that ended, in milliseconds; it doubles up to the longest. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** Characters of an event that is not whole yet: the first one holds 500 decisions of 16 KiB. */
const MAX_EVENT = 16 * 1024 * 1024;

/**
 * @typedef {object} StreamListener
 * @property {(event: string, value: any) => void} event
 * @property {(state: "open" | "waiting" | "refused", reason: string) => void} state
 */

/**
 * Follows a stream of server-sent events, and connects again when it ends. The browser's own EventSource can't show a
 * key.
 *
 * @param {string} path
 * @param {string} key
 * @param {StreamListener} listener
 */
export async function followEvents(path, key, listener) {
	let waitMs = FIRST_WAIT_MS;
	for (;;) {
		const ended = await follow(path, key, listener, () => {
			waitMs = FIRST_WAIT_MS;
		});
		if (ended.isRefused) return listener.state("refused", ended.reason);
		listener.state("waiting", ended.reason);
		await new Promise((resolve) => setTimeout(resolve, waitMs));
		waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
	}
}

/** @returns {Promise<{isRefused: boolean, reason: string}>} */
async function follow(
	/** @type {string} */ path,
	/** @type {string} */ key,
	/** @type {StreamListener} */ listener,
	/** @type {() => void} */ opened,
) {
	try {
		const response = await fetch(path, { headers: { authorization: `Bearer ${key}` }, cache: "no-store" });
		if (response.status === 401) return { isRefused: true, reason: "" };
		if (!response.ok || response.body === null) return { isRefused: false, reason: await reasonIn(response) };
		opened();
		listener.state("open", "");
		await read(response.body, listener);
		return { isRefused: false, reason: "the server ended the stream" };
	} catch {
		return { isRefused: false, reason: "the server can't be reached" };
	}
}

async function reasonIn(/** @type {Response} */ response) {
	const answer = await response.json().catch(() => ({}));
	return typeof answer.error === "string" ? answer.error : `the server answers ${response.status}`;
}

async function read(/** @type {ReadableStream<Uint8Array>} */ body, /** @type {StreamListener} */ listener) {
	const reader = body.getReader();
	const decoder = new TextDecoder();
	let rest = "";
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return;
		const parts = (rest + decoder.decode(value, { stream: true })).split("\n\n");
		rest = parts.pop() ?? "";
		if (rest.length > MAX_EVENT) throw new Error("an event without an end");
		for (const part of parts) {
			const [, event = "", data = ""] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? [];
			if (event !== "") listener.event(event, JSON.parse(data));
		}
	}
}
