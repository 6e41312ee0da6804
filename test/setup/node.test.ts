import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { provideNode } from "../../setup/steps/node.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

test("takes the machine's Node if it can run the project", async (t) => {
	const current = { version: "22.18.0", path: "/usr/bin/node" };
	assert.deepEqual(await provideNode({ cache: temporaryFolder(t), arch: "x64", current }), {
		path: "/usr/bin/node",
		label: "node 22.18.0",
		worked: false,
	});
});

test("takes the cached one where the machine's is too old", async (t) => {
	const cache = temporaryFolder(t);
	const path = join(cache, "node-24.21.0/bin/node");
	mkdirSync(join(path, ".."), { recursive: true });
	writeFileSync(path, "");
	const current = { version: "20.0.0", path: "/usr/bin/node" };
	assert.deepEqual(await provideNode({ cache, arch: "x64", current }), { path, label: "node 24.21.0", worked: false });
});
