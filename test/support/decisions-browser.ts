import { type Browser, chromium, type Page } from "playwright-core";
import { SetupFailure } from "../../setup/failure.mjs";
import { provideChromium } from "../../setup/steps/chromium.mjs";

/** Longest wait for something to show on a page, on a busy machine, in milliseconds. */
const TIMEOUT_MS = 30_000;

/** The browser's path, or why there is none; that is said on stderr as well. */
export async function chromiumOrReason(): Promise<{ path: string } | { reason: string }> {
	try {
		return { path: await provideChromium({ env: process.env }) };
	} catch (error) {
		if (!(error instanceof SetupFailure)) throw error;
		process.stderr.write(`the decisions page is not tested in a browser: ${error.message}\n${error.output}\n`);
		return { reason: error.message };
	}
}

/** A headless Chromium, and what its pages complain of. */
export class DecisionsBrowser {
	/** Errors of scripts, refusals of the content policy, failed loads. */
	readonly complaints: string[] = [];
	readonly #browser: Browser;

	private constructor(browser: Browser) {
		this.#browser = browser;
	}

	/** As root, Chromium has no sandbox; it is shown nothing but our own page. */
	static async launch(executablePath: string): Promise<DecisionsBrowser> {
		return new DecisionsBrowser(await chromium.launch({ executablePath, args: ["--no-sandbox"] }));
	}

	async open(
		address: string,
		look: { colorScheme?: "light" | "dark"; reducedMotion?: "reduce" | "no-preference"; width?: number } = {},
	): Promise<Page> {
		const { width = 1280, ...media } = look;
		const context = await this.#browser.newContext({ ...media, viewport: { width, height: 800 } });
		context.setDefaultTimeout(TIMEOUT_MS);
		const page = await context.newPage();
		page.on("pageerror", (error) => this.complaints.push(error.message));
		page.on("console", (message) => {
			if (message.type() === "error") this.complaints.push(message.text());
		});
		await page.goto(address);
		return page;
	}

	close(): Promise<void> {
		return this.#browser.close();
	}
}
