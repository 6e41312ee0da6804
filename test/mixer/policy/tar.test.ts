import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MixerError } from "../../../mixer/error.ts";
import { readTar } from "../../../mixer/policy/tar.ts";
import { temporaryFolder } from "../../cli/import/sluice-import.ts";
import { tarOf } from "../../support/tar.ts";

/** Longer than the 255 bytes that ustar's two fields hold. */
const deep = Array.from({ length: 12 }, (_, i) => `${i}-${"deep".repeat(10)}`);

function named(tar: Buffer): (readonly [string, string, string])[] {
	return readTar(tar).map(({ name, kind, content }) => [name, kind, Buffer.from(content).toString("utf8")] as const);
}

for (const format of ["ustar", "gnu", "pax"]) {
	test(`reads what tar writes in the format ${format}`, async (context) => {
		const dir = await temporaryFolder(context);
		const folders = format === "ustar" ? deep.slice(0, 4) : deep;
		mkdirSync(join(dir, ...folders), { recursive: true });
		const path = `${folders.join("/")}/pölicy.rego`;
		writeFileSync(join(dir, path), "package a\n");
		writeFileSync(join(dir, "data.json"), "{}".padEnd(1000));
		const tar = execFileSync("tar", ["--format", format, "-cf", "-", path, "data.json"], { cwd: dir });
		assert.deepEqual(named(tar), [
			[path, "file", "package a\n"],
			["data.json", "file", "{}".padEnd(1000)],
		]);
	});
}

test("tells folders and links from files", () => {
	const tar = tarOf([
		{ name: "a/", type: "5" },
		{ name: "a/b", content: "b" },
		{ name: "c", type: "2" },
		{ name: "d", type: "3" },
	]);
	assert.deepEqual(
		readTar(tar).map(({ name, kind }) => [name, kind]),
		[
			["a/", "folder"],
			["a/b", "file"],
			["c", "other"],
			["d", "other"],
		],
	);
});

test("reads an empty archive as empty, and one without its end", () => {
	assert.deepEqual(readTar(tarOf([])), []);
	assert.deepEqual(readTar(Buffer.alloc(0)), []);
	assert.deepEqual(named(tarOf([{ name: "a", content: "b" }]).subarray(0, 1024)), [["a", "file", "b"]]);
});

test("refuses an archive that is cut off at every byte of a content", () => {
	const tar = tarOf([{ name: "a", content: "x".repeat(512) }]);
	for (const end of [512, 700, 1023]) {
		assert.throws(() => readTar(tar.subarray(0, end)), new MixerError("invalid", "the archive is cut off in a"));
	}
});

test("refuses what is no archive", () => {
	const fault = new MixerError("invalid", "this is not a tar archive");
	assert.throws(() => readTar(Buffer.alloc(512, "x")), fault);
	const changed = tarOf([{ name: "a", content: "b" }]);
	changed[0] = 0x62;
	assert.throws(() => readTar(changed), fault);
	const negative = tarOf([{ name: "a", content: "b" }]);
	negative.write("-0000000001\0", 124);
	assert.throws(() => readTar(negative), fault);
});

test("refuses a pax header that is damaged", () => {
	for (const record of ["5", "99 path=b\n", "0 path=b\n", "x path=b\n", "12345678901 path=b\n"]) {
		const tar = tarOf([
			{ name: "header", type: "x", content: record },
			{ name: "a", content: "b" },
		]);
		assert.throws(() => readTar(tar), new MixerError("invalid", "the archive's extended header is damaged"), record);
	}
});
