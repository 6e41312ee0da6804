import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import { pageAddress } from "../../cli/decisions/page-key.ts";
import { StateFolder } from "../../cli/revisions/state/state-folder.ts";
import { testConfiguration } from "../support/configuration.ts";
import { chromiumOrReason, DecisionsBrowser } from "../support/decisions-browser.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { send } from "../support/http-client.ts";
import { ServerProcess } from "../support/server-process.ts";

/** Runs where a browser takes it for HTML. */
const ATTACK = "/<img/src=x/onerror=document.title='attacked'>";

const chromium = await chromiumOrReason();
const skip = "reason" in chromium ? chromium.reason : false;

let stateDir = "";
let adminPort = 0;
let address = "";
let server: ServerProcess;
let upstream: EchoUpstream;
let envoy: TestEnvoy;
let browser: DecisionsBrowser;
let page: Page;

const rows = (text = "") => page.locator("#rows tr", { hasText: text });
const visit = async (path: string) => (await send({ port: envoy.port, path })).status;
const textOf = async (locator: Locator) => (await locator.allInnerTexts()).join();

async function start(): Promise<void> {
	if (!("path" in chromium)) return;
	stateDir = await mkdtemp(join(tmpdir(), "sluice-decisions-"));
	[adminPort = 0] = await freePorts(1);
	upstream = await EchoUpstream.start();
	server = await ServerProcess.start({ configDir: testConfiguration("decisions"), stateDir, adminPort, hasPage: true });
	envoy = await TestEnvoy.startWithMixer({
		...{ upstreamPort: upstream.port, upstreamHttp2Port: upstream.http2Port, mixerPort: server.ready.mixerPort },
		filter: { discoveryPort: server.ready.discoveryPort },
	});
	address = pageAddress({ host: "127.0.0.1", adminPort, token: await StateFolder.at(stateDir).readToken() });
	browser = await DecisionsBrowser.launch(chromium.path);
	page = await browser.open(address);
}

async function stop(): Promise<void> {
	await browser?.close();
	await envoy?.stop();
	await Promise.all([server?.stop(), upstream?.stop()]);
	if (stateDir !== "") await rm(stateDir, { recursive: true, force: true });
}

describe("the decisions page in a browser, before a real Envoy and Mixer", { skip }, () => {
	before(start);
	after(stop);

	test("shows decisions as they are made, with what it needs of them", async () => {
		await page.getByText("No decision yet.").waitFor();
		assert.equal(await visit("/books?token=hidden"), 200);
		assert.equal(await visit("/closed/door"), 403);
		for (const status of [200, 200, 429]) assert.equal(await visit("/counted"), status);
		await rows("/counted").nth(2).waitFor();
		await rows("/books").waitFor();
		const cells = (await rows("/closed/door").locator("td").allTextContents()).map((text) => text.trim());
		assert.match(cells[0] ?? "", /^\d\d:\d\d:\d\d\.\d{3}$/);
		const revision = server.ready.revision.slice(0, 6);
		assert.deepEqual(cells.slice(1, 8), ["denied", "403", "GET", "/closed/door", "closed", "–", "proxy"]);
		assert.match(cells[8] ?? "", /^[\d.]+ [µm]s$/);
		assert.equal(cells[9], revision);
		assert.match(cells[10] ?? "", /^d-/);
		const quotas = await rows("/counted").locator("td:nth-child(7)").allTextContents();
		assert.deepEqual(quotas.toSorted(), ["visits: 0 left", "visits: 1 left", "visits: denied"]);
		assert.equal((await page.content()).includes("token=hidden"), false);
	});

	test("counts every decision, and draws how many there were in a second", async () => {
		await page.locator("#rate-chart rect").first().waitFor();
		await page.locator("#latency-chart path").first().waitFor({ state: "attached" });
		const totals = await page.locator(".count").allTextContents();
		assert.deepEqual(totals, ["5", "3", "2", "0"]);
	});

	test("leaves an attack in a path or a rule the text it is", async () => {
		const { status } = await send({ port: envoy.port, path: ATTACK, headers: { "x-rule": ATTACK } });
		assert.equal(status, 200);
		await rows("onerror").waitFor();
		assert.equal(await textOf(rows("onerror").locator(".rule")), ATTACK);
		// Envoy writes paths anew; where it doesn't, they are text as well.
		assert.equal(await textOf(rows("onerror").locator(".path")), ATTACK.replace("<", "%3C").replace(">", "%3E"));
		assert.equal(await page.locator("#rows img").count(), 0);
		await rows("onerror").click();
		const record = page.getByRole("dialog", { name: "Record" });
		assert.ok((await textOf(record)).includes(`check.rule\n${ATTACK}`));
		assert.equal(await record.locator("img").count(), 0);
		await page.keyboard.press("Escape");
		assert.equal(await page.title(), "Decisions · Sluice");
	});

	test("filters by outcome, placement and words, and says how many are left", async () => {
		await page.getByLabel("Outcome").selectOption("group:refused");
		assert.equal(await rows().count(), 2);
		await page.getByLabel("Text").fill("closed 403");
		assert.equal(await rows().count(), 1);
		assert.match(await textOf(page.locator("#summary")), /^1 shown of the latest 6/);
		assert.equal(await visit("/elsewhere"), 200);
		await page.locator("#total-all", { hasText: "7" }).waitFor();
		assert.equal(await rows().count(), 1, "what comes later is filtered too");
		await page.getByLabel("Text").fill("no such word");
		await page.getByText("None of the latest decisions is like that.").waitFor();
		await page.getByRole("button", { name: "Clear" }).click();
		await rows("/elsewhere").waitFor();
		assert.equal(await rows().count(), 7);
		await page.getByLabel("Placement").selectOption("mixer");
		assert.equal(await rows().count(), 0);
		await page.getByRole("button", { name: "Clear" }).click();
	});

	test("opens the whole record on a click, and closes it with Escape", async () => {
		await rows("/closed/door").click();
		const record = page.getByRole("dialog", { name: "Record" });
		const text = await textOf(record);
		for (const part of ["check.reason\nnobody may", "check.policy\nsite", `check.revision\n${server.ready.revision}`]) {
			assert.ok(text.includes(part), text);
		}
		await page.keyboard.press("Escape");
		await record.waitFor({ state: "hidden" });
	});

	test("works with a keyboard alone: one stop for the table, arrows inside, focus back where it was", async () => {
		await page.getByLabel("Text").focus();
		for (const name of ["Clear", "Pause"]) {
			await page.keyboard.press("Tab");
			assert.equal(await page.evaluate("document.activeElement.textContent"), name);
		}
		await page.keyboard.press("Tab");
		const focused = () => page.evaluate("document.activeElement.closest('tr')?.rowIndex");
		assert.equal(await focused(), 1);
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("ArrowDown");
		assert.equal(await focused(), 3);
		assert.notEqual(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "none");
		await page.keyboard.press("Enter");
		await page.getByRole("dialog", { name: "Record" }).waitFor();
		await page.keyboard.press("Escape");
		assert.equal(await focused(), 3);
		await page.keyboard.press("End");
		assert.equal(await focused(), 7);
		await page.keyboard.press("Tab");
		assert.equal(await page.evaluate("document.activeElement.closest('table')"), null);
	});

	test("has a table's, headings' and live regions' meaning to a screen reader", async () => {
		const headers = await page.getByRole("columnheader").allTextContents();
		assert.deepEqual(headers.slice(0, 5), ["Time", "Outcome", "Status", "Method", "Path"]);
		assert.equal(await page.getByRole("table", { name: /The latest decisions, newest first/ }).count(), 1);
		assert.equal(await page.getByRole("img", { name: /Decisions a second over two minutes/ }).count(), 1);
		assert.match(await textOf(page.locator("#announcement[aria-live=polite]")), /^New decisions: \d+ allowed/);
		assert.equal(await page.locator("html").getAttribute("lang"), "en");
	});

	test("stands still while it is paused, and catches up", async () => {
		await page.getByRole("button", { name: "Pause" }).click();
		assert.equal(await visit("/while-paused"), 200);
		await page.getByText("paused, 1 new").waitFor();
		assert.equal(await rows("/while-paused").count(), 0);
		await page.getByRole("button", { name: "Pause" }).click();
		await rows("/while-paused").waitFor();
	});

	test("follows the system's colours and its wish for less motion, and fits a narrow screen", async () => {
		const ground = "getComputedStyle(document.body).backgroundColor";
		const motion = "getComputedStyle(document.querySelector('#rows tr')).animationName";
		const dark = await browser.open(address, { colorScheme: "dark", reducedMotion: "reduce", width: 390 });
		await dark.locator("#rows tr").first().waitFor();
		assert.notEqual(await dark.evaluate(ground), await page.evaluate(ground));
		assert.equal(await dark.evaluate(motion), "none");
		assert.equal(await dark.evaluate("document.documentElement.scrollWidth"), 390);
		await dark.close();
	});

	test("shows nothing without its key, and the address keeps none of it", async () => {
		const stranger = await browser.open(`http://127.0.0.1:${adminPort}/`);
		await stranger.getByText("The address has no key").waitFor();
		await stranger.goto(`http://127.0.0.1:${adminPort}/#key=wrong`);
		await stranger.reload();
		await stranger.getByText("Not connected").waitFor();
		assert.equal(await stranger.locator("#rows tr").count(), 0);
		await stranger.close();
		// What a browser says by itself of an answer 401.
		const complaint = browser.complaints.pop();
		assert.match(complaint ?? "", /status of 401/);
		assert.equal(page.url(), `http://127.0.0.1:${adminPort}/`);
	});

	test("connects again after a restart, with what was there still to be read", async () => {
		await server.stop();
		await page.getByText("Reconnecting").waitFor();
		const lost = browser.complaints.splice(0);
		assert.deepEqual(
			lost.filter((text) => !/ERR_|net::/.test(text)),
			[],
		);
		server = await server.startAgain();
		await page.getByText("Live", { exact: true }).waitFor();
		await envoy.seesMixer();
		assert.equal(await visit("/after-restart"), 200);
		await rows("/after-restart").waitFor();
		assert.equal(await rows("/closed/door").count(), 1);
		assert.deepEqual(
			browser.complaints.filter((text) => !/ERR_|net::/.test(text)),
			[],
		);
	});
});
