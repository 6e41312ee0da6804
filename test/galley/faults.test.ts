import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { loadSnapshot } from "../../galley/load.ts";
import { formatMessage } from "../../galley/message.ts";
import { adapters, sources, telemetry } from "./adapters.ts";

const testdata = join(import.meta.dirname, "../testdata/galley");
const faults = join(testdata, "faults");

describe("each fault is said exactly", async () => {
	const names = (await readdir(faults)).filter((name) => name.endsWith(".yaml"));
	for (const name of names) {
		test(name.replace(".yaml", ""), async () => {
			const expected = await readFile(join(faults, name.replace(".yaml", ".txt")), "utf8");
			assert.equal(await messagesOf(name), expected);
		});
	}
});

/** What is said of a folder that holds this file beside the bundles. */
async function messagesOf(name: string): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-galley-"));
	try {
		await cp(join(testdata, "bundles"), dir, { recursive: true });
		await cp(join(faults, name), join(dir, name));
		const loaded = await loadSnapshot(dir, adapters, telemetry, { sources });
		const messages = loaded.ok ? loaded.warnings : loaded.messages;
		assert.notEqual(messages.length, 0, "a fault without a message");
		assert.equal(
			loaded.ok,
			messages.every(({ level }) => level !== "error"),
		);
		return messages.map((message) => `${formatMessage(message)}\n`).join("");
	} finally {
		await rm(dir, { recursive: true });
	}
}
