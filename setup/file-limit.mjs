// Loaded into every test file's process: Node's own limit is for a test, and a file whose tests are done but that left a
// socket or a child open would wait for ever.
import { isMainThread } from "node:worker_threads";

const limitMs = Number(process.env.SLUICE_TEST_FILE_MS);

if (process.env.NODE_TEST_CONTEXT && isMainThread && limitMs > 0) {
	setTimeout(() => {
		const open = process.getActiveResourcesInfo().join(", ");
		process.stderr.write(`${process.argv[1]}: not finished after ${limitMs / 1000} s; still open: ${open}\n`);
		process.exit(1);
	}, limitMs).unref();
}
