import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger } from "../../../mixer/observe/log.ts";

function logged(level: "debug" | "warn", fields: object): Record<string, unknown>[] {
	const lines: string[] = [];
	const logger = createLogger({ level, destination: { write: (line) => void lines.push(line) } });
	logger.info(fields, "hello");
	return lines.map((line) => JSON.parse(line));
}

test("a line is a JSON object with time, level, fields and message", () => {
	const [line] = logged("debug", { handler: "h" });
	assert.match(String(line?.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
	assert.deepEqual({ ...line, time: "" }, { level: "info", time: "", handler: "h", msg: "hello" });
});

test("what is below the level is not logged", () => assert.deepEqual(logged("warn", {}), []));

test("secrets are replaced, up to two levels deep", () => {
	const secret = { authorization: "Bearer x", "set-cookie": "a=b", password: "p", apiKey: "k", other: "seen" };
	const [line] = logged("debug", { ...secret, request: secret, config: { headers: secret } });
	const redacted = {
		authorization: "[redacted]",
		"set-cookie": "[redacted]",
		password: "[redacted]",
		apiKey: "[redacted]",
		other: "seen",
	};
	assert.deepEqual(
		{ ...line, time: "" },
		{ level: "info", time: "", ...redacted, request: redacted, config: { headers: redacted }, msg: "hello" },
	);
});

test("a line break in a value stays on its line", () => {
	const lines: string[] = [];
	createLogger({ level: "info", destination: { write: (line) => void lines.push(line) } }).info(
		{ path: "/a\r\nb" },
		"x",
	);
	assert.equal(lines.length, 1);
	assert.equal(lines[0]?.trimEnd().split(/[\r\n]/).length, 1);
});
