import assert from "node:assert/strict";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, test } from "node:test";
import { Command } from "commander";
import { addEvalCommand } from "../../cli/commands/eval.ts";
import { checkout } from "../support/programs.ts";

const policies = join(checkout, "policies");

const staff = {
	attributes: { request: { http: { method: "DELETE", headers: { "x-role": "librarian" } } } },
	request: { path_segments: ["admin"] },
};

const decision = { allowed: true, rule: "admin_staff", response_headers_to_add: { "x-policy-tier": "staff" } };

afterEach(() => {
	process.exitCode = undefined;
});

/** `sluice eval …` with an input on stdin; what it printed. */
async function sluiceEval(input: string, ...args: readonly string[]): Promise<string> {
	let printed = "";
	const stdout = { write: (text: string) => (printed += text) };
	const program = new Command("sluice").exitOverride();
	addEvalCommand(program, { streams: { stdout, stderr: stdout }, stdin: Readable.from([Buffer.from(input)]) });
	await program.parseAsync(["eval", "-i", "-", ...args, policies], { from: "user" });
	return printed;
}

for (const placement of ["proxy", "mixer"]) {
	test(`evaluates for real in the ${placement}`, async () => {
		const args = ["--placement", placement, "-e", "bookstore/authz/decision", "-o", "json"];
		const { revision, durationNs, fuel, ...result } = JSON.parse(await sluiceEval(JSON.stringify(staff), ...args));
		assert.deepEqual(result, {
			decision,
			status: "ok",
			placement,
			read: [
				["attributes", "request", "http", "headers", "x-reader"],
				["attributes", "request", "http", "headers", "x-role"],
				["attributes", "request", "http", "method"],
				["request", "path_segments"],
			],
		});
		assert.match(revision, /^[0-9a-f]{64}$/);
		assert.ok(durationNs > 0);
		assert.equal(typeof fuel, placement === "proxy" ? "number" : "undefined");
		assert.ok(process.exitCode === undefined);
	});
}

test("evaluates where the build places it, and says so to people", async () => {
	const text = await sluiceEval(JSON.stringify(staff), "-e", "bookstore/authz/decision");
	assert.match(text, /^\{"allowed":true,.*\}\n proxy @[0-9a-f]{6} {3}\d+ µs, \d+ units of fuel, reads 4 inputs\n$/);
});

test("spends the same fuel on the same input", async () => {
	const args = ["-e", "bookstore/authz/decision", "-o", "json"];
	const [one, other] = await Promise.all([sluiceEval("{}", ...args), sluiceEval("{}", ...args)]);
	assert.equal(JSON.parse(one).fuel, JSON.parse(other).fuel);
});

test("refuses an entrypoint that no Policy asks for", async () => {
	await assert.rejects(sluiceEval("{}", "-e", "bookstore/authz/allow"), {
		code: "invalid",
		message: "no Policy asks for the entrypoint bookstore/authz/allow: they ask for bookstore/authz/decision",
	});
});

test("refuses an input that is not a JSON object", async () => {
	for (const [input, message] of [
		["[]", "the input is not a JSON object"],
		['{"a":', "the input is not JSON in UTF-8"],
	] as const) {
		await assert.rejects(sluiceEval(input, "-e", "bookstore/authz/decision"), { code: "policy", message });
	}
});

test("names an input that cannot be read", async () => {
	const program = new Command("sluice").exitOverride();
	addEvalCommand(program);
	const args = ["eval", "-i", "/nowhere/input.json", "-e", "a/b", policies];
	await assert.rejects(program.parseAsync(args, { from: "user" }), {
		code: "invalid",
		message: /^\/nowhere\/input\.json: the input cannot be read: ENOENT/,
	});
});
