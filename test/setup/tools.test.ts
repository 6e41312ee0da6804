import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { findTool, findTools, recordTools } from "../../setup/tools.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

/** A checkout whose set-up found three programs. */
function checkoutWithTools(t: TestContext) {
	const root = temporaryFolder(t);
	const tools = { node: join(root, "node"), envoy: join(root, "envoy"), opa: join(root, "opa") };
	for (const path of Object.values(tools)) writeFileSync(path, "");
	recordTools(root, tools);
	return { root, tools };
}

test("finds what the set-up recorded", (t) => {
	const { root, tools } = checkoutWithTools(t);
	assert.deepEqual(findTools({ root, env: {} }), tools);
});

test("ENVOY and OPA go before the record", (t) => {
	const { root, tools } = checkoutWithTools(t);
	const env = { ENVOY: tools.opa, OPA: tools.envoy };
	assert.deepEqual(findTools({ root, env }), { node: tools.node, envoy: tools.opa, opa: tools.envoy });
});

test("says so if ENVOY names nothing", (t) => {
	const { root } = checkoutWithTools(t);
	const none = join(root, "none");
	assert.throws(() => findTool("envoy", { root, env: { ENVOY: none } }), {
		name: "SetupFailure",
		message: `ENVOY=${none} does not exist: correct or unset ENVOY`,
	});
});

test("says to run the set-up in a fresh clone", (t) => {
	assert.throws(() => findTool("opa", { root: temporaryFolder(t), env: {} }), {
		name: "SetupFailure",
		message: "set-up has not run in this checkout: run `npm run setup` first",
	});
});

test("says to run it again if a program is gone", (t) => {
	const { root, tools } = checkoutWithTools(t);
	rmSync(tools.opa);
	assert.throws(() => findTool("opa", { root, env: {} }), {
		name: "SetupFailure",
		message: `${tools.opa} is gone since the last set-up: run \`npm run setup\` again`,
	});
});
