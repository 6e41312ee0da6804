// Loaded into every test file's process. It bounds how long that lives: Node's own limit is for a test, and a file whose
// tests are done but that left a socket or a child open would wait for ever. And it exits where a signal would end it at
// once, so that what the tests have started can be ended at the process's exit.
import { isMainThread } from "node:worker_threads";

const limitMs = Number(process.env.SLUICE_TEST_FILE_MS);

if (process.env.NODE_TEST_CONTEXT && isMainThread) {
	if (limitMs > 0) setTimeout(giveUp, limitMs).unref();
	process.once("SIGINT", () => process.exit(130));
	process.once("SIGTERM", () => process.exit(143));
}

function giveUp() {
	const open = process.getActiveResourcesInfo().join(", ");
	process.stderr.write(`${process.argv[1]}: not finished after ${limitMs / 1000} s; still open: ${open}\n`);
	process.exit(1);
}
