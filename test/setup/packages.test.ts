import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { checkout } from "../../setup/checkout.mjs";
import { packagesAreCurrent } from "../../setup/steps/packages.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

type Packages = Record<string, object>;

const needed: Packages = { "": { name: "sluice" }, "node_modules/a": { version: "1.0.0", integrity: "sha512-a" } };

/** A checkout with this lock file, and these packages installed. */
function checkoutWith(t: TestContext, locked: Packages, installed: Packages): string {
	const root = temporaryFolder(t);
	for (const path of Object.keys(installed)) mkdirSync(join(root, path), { recursive: true });
	mkdirSync(join(root, "node_modules"), { recursive: true });
	writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages: locked }));
	writeFileSync(join(root, "node_modules/.package-lock.json"), JSON.stringify({ packages: installed }));
	return root;
}

const { "": _root, ...all } = needed;

for (const { name, locked, installed, expected } of [
	{ name: "all installed", locked: needed, installed: all, expected: true },
	{ name: "none installed", locked: needed, installed: {}, expected: false },
	{
		name: "another version installed",
		locked: needed,
		installed: { "node_modules/a": { version: "1.0.1", integrity: "sha512-a" } },
		expected: false,
	},
	{
		name: "other contents of the same version installed",
		locked: needed,
		installed: { "node_modules/a": { version: "1.0.0", integrity: "sha512-b" } },
		expected: false,
	},
	{
		name: "an optional one of another platform missing",
		locked: { ...needed, "node_modules/mac": { version: "1.0.0", optional: true, os: ["darwin"], cpu: ["x64"] } },
		installed: all,
		expected: true,
	},
	{
		name: "an optional one of another C library missing",
		locked: { ...needed, "node_modules/musl": { version: "1.0.0", optional: true, os: ["linux"], libc: ["musl"] } },
		installed: all,
		expected: true,
	},
	{
		name: "the optional one of this platform missing",
		locked: { ...needed, "node_modules/here": { version: "1.0.0", optional: true, os: ["linux"], cpu: ["x64"] } },
		installed: all,
		expected: false,
	},
]) {
	test(`${name}: ${expected ? "nothing to do" : "install again"}`, (t) => {
		assert.equal(packagesAreCurrent(checkoutWith(t, locked, installed), "x64"), expected);
	});
}

test("a package that is listed but whose folder is gone is installed again", (t) => {
	const root = checkoutWith(t, needed, all);
	rmSync(join(root, "node_modules/a"), { recursive: true });
	assert.equal(packagesAreCurrent(root, "x64"), false);
});

test("a fresh clone has nothing installed", (t) => {
	assert.equal(packagesAreCurrent(temporaryFolder(t), "x64"), false);
});

test("the lock file names the optional packages of every platform: npm ci refuses it otherwise", () => {
	const lock: { packages: Record<string, { optionalDependencies?: Record<string, string> }> } = JSON.parse(
		readFileSync(join(checkout, "package-lock.json"), "utf8"),
	);
	const named = Object.values(lock.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
	const missing = named.filter((name) => !(`node_modules/${name}` in lock.packages));
	assert.deepEqual(missing, []);
});

test("no dependency needs its install script, or the script is known to be needless", () => {
	const lock: { packages: Record<string, { hasInstallScript?: boolean }> } = JSON.parse(
		readFileSync(join(checkout, "package-lock.json"), "utf8"),
	);
	const withScript = Object.entries(lock.packages).filter(([, entry]) => entry.hasInstallScript === true);
	// buf's only checks that its binary is there; protobufjs's prints a warning about versions.
	assert.deepEqual(
		withScript.map(([path]) => path),
		["node_modules/@bufbuild/buf", "node_modules/protobufjs"],
	);
});
