import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { stringify } from "yaml";
import { loadSnapshot } from "../../galley/load.ts";
import { formatMessage } from "../../galley/message.ts";
import { scaled } from "../support/scale.ts";
import { adapters, telemetry } from "./adapters.ts";
import { configurationFolder, policyYaml } from "./folder.ts";

const runs = { numRuns: scaled({ quick: 100, full: 10_000 }) };

test("random text is answered with messages, never with a throw", async () => {
	const fragments = fc.constantFrom(
		..."{}[]:,-?&*!|>'\"%@`#\n\t ~<",
		"\n  ",
		"- ",
		": ",
		"---\n",
		"...\n",
		"&a ",
		"*a",
		"!!set ",
		"<<: ",
	);
	const words = fc.constantFrom(
		"apiVersion",
		"kind",
		"spec",
		"Policy",
		"metadata",
		"name",
		"1e9999",
		"0o7",
		"__proto__",
	);
	const text = fc.array(fc.oneof(fragments, words, fc.string({ unit: "binary", maxLength: 5 })), { maxLength: 60 });
	await fc.assert(
		fc.asyncProperty(text, (parts) => holds(parts.join(""))),
		runs,
	);
});

test("random bytes are answered with messages, never with a throw", async () => {
	await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), holds), runs);
});

test("random values in a document's fields are answered with messages, never with a throw", async () => {
	const specs = {
		Settings: [
			"default",
			"limits",
			"redaction",
			"mixer",
			"ports",
			"decisionIdInResponses",
			"rateLimitInResponses",
			"tracing",
			"sampling",
			"trustCallers",
			"spans",
			"headers",
			"inputBytes",
			"grace",
		],
		Policy: ["bundle", "entrypoint", "targets", "mode", "placement", "failureMode", "deadline", "host", "pathPrefix"],
		Quota: [
			"limit",
			"window",
			"algorithm",
			"burst",
			"overrides",
			"failureMode",
			"localLimit",
			"store",
			"charge",
			"key",
		],
		Handler: ["adapter", "config", "queue", "timeout", "file", "rotate"],
	};
	const leaf = fc.oneof(
		fc.constantFrom("deny", "bookstore", "filelog", "5s", "/a", "*.b", "\u0000", "a/b", "..", "\ud800", "toString"),
		fc.anything({
			maxDepth: 0,
			values: [fc.string({ unit: "binary" }), fc.integer(), fc.double(), fc.boolean(), fc.constant(null)],
		}),
	);
	const document = fc.constantFrom("Settings", "Policy", "Quota", "Handler").chain((kind) => {
		const key = fc.oneof(
			{ weight: 5, arbitrary: fc.constantFrom(...specs[kind]) },
			{ weight: 1, arbitrary: fc.string() },
		);
		const { value } = fc.letrec((tie) => ({
			value: fc.oneof(
				{ maxDepth: 3 },
				leaf,
				fc.array(tie("value"), { maxLength: 3 }),
				fc.dictionary(key, tie("value"), { maxKeys: 8 }),
			),
		}));
		const spec = fc.dictionary(key, value, { maxKeys: 8 });
		return spec.map((fields) => ({ apiVersion: "sluice.dev/v1alpha1", kind, metadata: { name: "a" }, spec: fields }));
	});
	await fc.assert(
		fc.asyncProperty(document, (one) => holds(stringify(one))),
		runs,
	);
});

/** Wall time says nothing on a busy machine. What grows with the square of the size takes far longer. */
const MAX_CPU_MS = 5000;

/** What a person can still read. */
const MAX_LINE_LENGTH = 500;

const HOSTILE: readonly [name: string, text: string][] = [
	["keys without end", Array.from({ length: 25_000 }, (_, index) => `k${index}: `).join("\n")],
	["unknown fields up to the bound", policyYaml("a", ...Array.from({ length: 9000 }, (_, index) => `k${index}: 1`))],
	["one key again and again", "k: 1\n".repeat(50_000)],
	["opening brackets", "[".repeat(260_000)],
	["closed brackets", "[".repeat(130_000) + "]".repeat(130_000)],
	["dashes", "- ".repeat(130_000)],
	["documents", "---\n".repeat(65_000)],
	["documents that are wrong", "--- 1\n".repeat(40_000)],
	["aliases", `a: &a 1\nb: [${"*a,".repeat(80_000)}]`],
	["anchors", `a: [${"&a 1,".repeat(50_000)}]`],
	["one long word", policyYaml("x".repeat(250_000))],
	["one long path", policyYaml("a", `targets: [{pathPrefix: /${"../%41".repeat(40_000)}}]`)],
	["one long prefix of stars", policyYaml("a", `targets: [{pathPrefix: "/${"*".repeat(250_000)}x"}]`)],
	["one long tag", `a: !${"x".repeat(250_000)} 1`],
	["one long entrypoint", policyYaml("a").replace("bookstore/a", `a/${"a".repeat(250_000)}`)],
	["one long key", policyYaml("a", `${"x".repeat(1000)}: 1`)],
	["one long host", policyYaml("a", `targets: [{host: ${"a.".repeat(120_000)}-}]`)],
	["one long duration", policyYaml("a", `deadline: ${"1".repeat(200_000)} minutes`)],
	["one long bundle", policyYaml("a").replace("bundle: bookstore", `bundle: ${"a/".repeat(120_000)}`)],
];

for (const [name, text] of HOSTILE) {
	test(`is done soon with ${name}`, async (context) => {
		const dir = await configurationFolder(context, { "a.yaml": text });
		const before = process.cpuUsage();
		const loaded = await loadSnapshot(dir, adapters, telemetry);
		const cpuMs = process.cpuUsage(before).user / 1000;
		assert.ok(cpuMs < MAX_CPU_MS, `${cpuMs} ms of CPU`);
		assert.equal(loaded.ok, false);
		const longest = loaded.ok ? 0 : Math.max(...loaded.messages.map((message) => formatMessage(message).length));
		assert.ok(longest < MAX_LINE_LENGTH, `a message of ${longest} characters`);
	});
}

/** Messages or a snapshot; each message with its place, on one line. */
async function holds(content: string | Uint8Array): Promise<void> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-galley-"));
	try {
		await writeFile(join(dir, "a.yaml"), content);
		const loaded = await loadSnapshot(dir, adapters, telemetry);
		assert.ok(loaded.ok || loaded.messages.some(({ level }) => level === "error"));
		for (const message of loaded.ok ? loaded.warnings : loaded.messages) {
			assert.match(formatMessage(message), /^[^\n\r]+$/);
			assert.ok(message.line >= 0 && message.column >= 0 && Number.isInteger(message.line + message.column));
		}
	} finally {
		await rm(dir, { recursive: true });
	}
}
