import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { checkout } from "../support/programs.ts";

test("a program that is not there is one sentence, before anything starts", async () => {
	const args = [join(checkout, "cli/main.ts"), "build", join(checkout, "policies"), "--out", "/nowhere"];
	const env = { ...process.env, OPA: "/nowhere/opa" };
	await assert.rejects(promisify(execFile)(process.execPath, args, { env }), {
		code: 1,
		stdout: "",
		stderr: "OPA=/nowhere/opa does not exist: correct or unset OPA\n",
	});
});
