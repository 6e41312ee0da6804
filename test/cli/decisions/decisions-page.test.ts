import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { describe, type TestContext, test } from "node:test";
import { decisionsPage } from "../../../cli/decisions/decisions-page.ts";
import { pageAddress, pageKey } from "../../../cli/decisions/page-key.ts";
import { MAX_CLIENTS } from "../../../mixer/decisions/decision-feed.ts";
import { systemClock } from "../../../mixer/observe/clock.ts";
import { runMixer } from "../../mixer/server/running-mixer.ts";

const TOKEN = "the owner's token";

async function start(t: TestContext) {
	const page = decisionsPage({ clock: systemClock });
	const { mixer } = await runMixer(t, { options: { handlers: [page.handler], adminRoutes: page.routes(TOKEN) } });
	const get = (path: string, key?: string, method = "GET") =>
		fetch(`http://127.0.0.1:${mixer.adminPort}${path}`, {
			method,
			...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }),
		});
	return { get, mixer };
}

describe("the decisions page at the admin port", () => {
	test("is made of files under a policy that lets in nothing else", async (t) => {
		const { get } = await start(t);
		const page = await get("/");
		assert.equal(page.status, 200);
		assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
		const policy = page.headers.get("content-security-policy") ?? "";
		for (const part of ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"]) {
			assert.ok(policy.includes(part), policy);
		}
		assert.equal(page.headers.get("x-content-type-options"), "nosniff");
		const html = await page.text();
		assert.doesNotMatch(html, /<script(?![^>]* src=)|<style| on\w+=| style=/);
		const files = (await readdir(new URL("../../../mixer/decisions/page/", import.meta.url))).filter(
			(name) => name !== "index.html" && name !== "tsconfig.json",
		);
		const answers = await Promise.all(files.map((name) => get(`/decisions/${name}`)));
		assert.deepEqual(
			answers.map(({ status }) => status),
			files.map(() => 200),
		);
	});

	test("streams to who shows its key, to nobody else, and the owner's token is another", async (t) => {
		const { get } = await start(t);
		for (const key of [undefined, "wrong", TOKEN]) {
			const answer = await get("/decisions/stream", key);
			assert.equal(answer.status, 401);
			assert.deepEqual(await answer.json(), { error: "the page's key is missing or wrong" });
		}
		const stream = await get("/decisions/stream", pageKey(TOKEN));
		assert.equal(stream.headers.get("content-type"), "text/event-stream");
		const reader = stream.body?.getReader();
		const first = new TextDecoder().decode((await reader?.read())?.value);
		assert.match(first, /^event: hello\ndata: \{"server":"[\w-]{36}",.*\}\n\n$/);
		await reader?.cancel();
		const head = await get("/decisions/stream", pageKey(TOKEN), "HEAD");
		assert.deepEqual([head.status, await head.text()], [200, ""]);
	});

	test("has so many pages at most, makes room when one is closed, and keeps no server from stopping", async (t) => {
		const { get, mixer } = await start(t);
		const aborts = Array.from({ length: MAX_CLIENTS }, () => new AbortController());
		const open = (signal: AbortSignal) =>
			fetch(`http://127.0.0.1:${mixer.adminPort}/decisions/stream`, {
				headers: { authorization: `Bearer ${pageKey(TOKEN)}` },
				signal,
			});
		await Promise.all(aborts.map(({ signal }) => open(signal)));
		const full = await get("/decisions/stream", pageKey(TOKEN));
		assert.deepEqual([full.status, await full.json()], [503, { error: "16 pages are open already: close one" }]);
		aborts[0]?.abort();
		let next = await get("/decisions/stream", pageKey(TOKEN));
		// The other side's end takes its way to the server.
		while (next.status === 503) next = await get("/decisions/stream", pageKey(TOKEN));
		assert.equal(next.status, 200);
		await mixer.stop();
		for (const abort of aborts) abort.abort();
	});

	test("has an address that holds its key, which never reaches a server by itself", () => {
		const address = pageAddress({ host: "127.0.0.1", adminPort: 9093, token: TOKEN });
		assert.match(address, /^http:\/\/127\.0\.0\.1:9093\/#key=[\w-]{43}$/);
		assert.equal(address.includes(TOKEN), false);
	});
});
