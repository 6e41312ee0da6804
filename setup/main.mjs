// `npm run setup`, and the first half of `npm start` and `npm test`: brings what a fresh clone lacks. Needs nothing but
// Node 20, since it runs before anything is installed.
import { join } from "node:path";
import { checkout } from "./checkout.mjs";
import { takeLock } from "./checkout-lock.mjs";
import { formatFailure, SetupFailure } from "./failure.mjs";
import { createProgress } from "./progress.mjs";
import { interruptCommands } from "./run.mjs";
import { setUp } from "./set-up.mjs";
import { toolCache } from "./tool-cache.mjs";

const progress = createProgress(process.stdout);

for (const [signal, number] of /** @type {const} */ ([
	["SIGINT", 2],
	["SIGTERM", 15],
])) {
	process.once(signal, () => stop(128 + number));
}

try {
	const release = await takeLock(join(checkout, "build", "setup.lock"), (pid) =>
		progress.note(`process ${pid} is setting up this checkout: waiting for it`),
	);
	await setUp({ root: checkout, cache: toolCache(process.env), env: process.env, progress });
	progress.endLine();
	release();
} catch (error) {
	progress.endLine();
	if (!(error instanceof SetupFailure)) throw error;
	process.stderr.write(formatFailure(error));
	stop(1);
}

/** What is half installed goes when the process exits. */
function stop(/** @type {number} */ status) {
	interruptCommands();
	process.exit(status);
}
