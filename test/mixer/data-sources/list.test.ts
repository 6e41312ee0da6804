import assert from "node:assert/strict";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { list } from "../../../mixer/data-sources/list.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { patient, sourceEnv } from "./source-env.ts";

async function read(entries: string, content: string | Buffer, maxBytes = 1 << 20) {
	const dir = await temporaryFolder();
	await writeFile(join(dir, "l.txt"), content);
	const source = await list.build(
		{ entries, file: "l.txt", headers: {}, allowHttp: false },
		sourceEnv({ dir, maxBytes }),
	);
	const reading = await source.read(undefined, patient);
	return reading === "unchanged" ? reading : { ...reading, document: JSON.parse(reading.document) };
}

describe("a list", () => {
	test("of strings is an object with each as a key", async () => {
		const text = '\uFEFF# who\nann\r\n  bob smith \n\nann\n__proto__\n#not this\nC#\n"q"\n';
		const { document, entries } = Object(await read("strings", text));
		assert.deepEqual(Object.keys(document), ["ann", "bob smith", "__proto__", "C#", '"q"']);
		assert.deepEqual([...new Set(Object.values(document))], [true]);
		assert.equal(entries, 5);
	});

	test("of addresses is ranges by their first part", async () => {
		const text = [
			"203.0.113.7 ; SBL1",
			"203.0.113.0/24",
			"10.1.2.3/8   # all of 10",
			"2001:DB8::1",
			"2001:0db8::/32",
			"::1",
			"0.0.0.0/0",
			"fe80::/10",
			"128.0.0.0/1",
			"::ffff:198.51.100.0/120",
			"203.0.113.7/32",
		];
		assert.deepEqual(await read("addresses", text.join("\n")), {
			document: {
				"*": ["::1/128", "0.0.0.0/0", "fe80::/10", "128.0.0.0/1"],
				"10": ["10.0.0.0/8"],
				"198": ["198.51.100.0/24"],
				"203": ["203.0.113.7/32", "203.0.113.0/24"],
				"2001": ["2001:db8::1/128", "2001:db8::/32"],
			},
			entries: 11,
		});
	});

	test("of patterns is the patterns in their order", async () => {
		assert.deepEqual(await read("patterns", "# bots\n^curl/\n(?i)bot\n^curl/\n"), {
			document: ["^curl/", "(?i)bot"],
			entries: 2,
		});
	});

	for (const [entries, empty] of [
		["strings", {}],
		["addresses", {}],
		["patterns", []],
	] as const) {
		test(`of ${entries} without an entry is what stands for no data`, async () => {
			assert.deepEqual(await read(entries, "# nothing\n"), { document: empty, entries: 0 });
			const source = await list.build({ entries, file: "l.txt", headers: {}, allowHttp: false }, sourceEnv());
			assert.deepEqual(JSON.parse(source.empty), empty);
		});
	}
});

describe("a list that is wrong names its lines", () => {
	const is = "must be an IP address or range, such as 203.0.113.7 or 2001:db8::/32";
	for (const { what, entries, content, message, maxBytes } of [
		{
			what: "addresses that are none",
			entries: "addresses",
			content: "10.0.0.1\n300.1.1.1\n10.0.0.0/33\nexample.com\n::ffff:1.2.3.4/95\n1.2.3.4/\n01.2.3.4\nfe80::1%eth0\n",
			message: ["300.1.1.1", "10.0.0.0/33", "example.com", "::ffff:1.2.3.4/95", "1.2.3.4/", "01.2.3.4", "fe80::1%eth0"]
				.map((text, i) => `l.txt:${i + 2}: ${JSON.stringify(text)} ${is}`)
				.join("\n"),
		},
		{
			what: "a pattern that is none",
			entries: "patterns",
			content: "ok\n(a\n",
			message: 'l.txt:2: "(a" must be a regular expression (RE2): error parsing regexp: missing closing ): `(a`',
		},
		{
			what: "more patterns than are kept compiled",
			entries: "patterns",
			content: Array.from({ length: 91 }, (_, i) => `p${i}`).join("\n"),
			message: "l.txt: 91 patterns must be at most 90",
		},
		{
			what: "control characters",
			entries: "strings",
			content: "ok\na\u0000b\n",
			message: 'l.txt:2: "a\\u0000b" has a control character in it',
		},
		{
			what: "an entry that is far too long",
			entries: "strings",
			content: `a\n${"b".repeat(4097)}\n`,
			message: `l.txt:2: "${"b".repeat(60)}"... must have at most 4096 characters`,
		},
		{
			what: "more faults than anybody reads",
			entries: "addresses",
			content: "x\n".repeat(12),
			message: `${Array.from({ length: 10 }, (_, i) => `l.txt:${i + 1}: "x" ${is}`).join("\n")}\nand 2 more lines`,
		},
		{
			what: "bytes that are not UTF-8",
			entries: "strings",
			content: Buffer.from("ann\nb\xffb\nc\n", "latin1"),
			message: "l.txt:2: is not UTF-8",
		},
		{
			what: "more bytes than there may be",
			entries: "strings",
			content: "0123456789\n",
			maxBytes: 10,
			message: "l.txt: is over 10 bytes (spec.maxBytes)",
		},
	]) {
		test(what, () => assert.rejects(read(entries, content, maxBytes), { message }));
	}

	test("a file that is not there", async () => {
		const config = { entries: "strings", file: "none.txt", headers: {}, allowHttp: false };
		const source = await list.build(config, sourceEnv());
		await assert.rejects(source.read(undefined, patient), { message: "none.txt: there is no such file" });
	});
});

describe("where a list comes from", () => {
	for (const { what, where, message } of [
		{ what: "nowhere", where: {}, message: "spec.config: name either a file or a url" },
		{
			what: "two places",
			where: { file: "a", url: "https://a.example/" },
			message: "spec.config: name either a file or a url",
		},
		{
			what: "another machine without TLS",
			where: { url: "http://a.example/l?key=secret" },
			message: "http://a.example/l is not https: with spec.config.allowHttp: true it is used all the same",
		},
		{
			what: "a file with headers",
			where: { file: "a", headers: { "x-key": { env: "KEY" } } },
			message: "spec.config.headers is of no use with a file",
		},
	]) {
		test(`${what} is refused`, () => {
			assert.throws(() => list.build({ entries: "strings", ...where }, sourceEnv()), { message });
		});
	}
});

test("a file tells of its changes, an exchange by another file among them", async () => {
	const dir = await temporaryFolder();
	await writeFile(join(dir, "l.txt"), "ann\n");
	const source = await list.build({ entries: "strings", file: "l.txt" }, sourceEnv({ dir }));
	const { promise, resolve } = Promise.withResolvers<void>();
	const end = source.watch?.(resolve);
	await writeFile(join(dir, "other"), "bob\n");
	await rename(join(dir, "other"), join(dir, "l.txt"));
	await promise;
	end?.();
});
