import assert from "node:assert/strict";
import test from "node:test";
import { atLeast, envoyFits, findVersion, nodeRunsSluice, opaFits } from "../../setup/versions.mjs";

for (const { version, least, expected } of [
	{ version: "22.18.0", least: "22.18.0", expected: true },
	{ version: "22.9.0", least: "22.18.0", expected: false },
	{ version: "24.0.0", least: "22.18.0", expected: true },
	{ version: "1.26.0", least: "1.26.0", expected: true },
	{ version: "1.25.9", least: "1.26.0", expected: false },
	{ version: "3.10.1", least: "3.9.0", expected: true },
	{ version: "2.99.99", least: "3.9.0", expected: false },
]) {
	test(`${version} is ${expected ? "" : "not "}${least} or newer`, () => {
		assert.equal(atLeast(version, least), expected);
	});
}

for (const { version, expected } of [
	{ version: "20.20.2", expected: false },
	{ version: "22.17.1", expected: false },
	{ version: "22.18.0", expected: true },
	{ version: "23.11.0", expected: false },
	{ version: "24.0.0", expected: true },
	{ version: "26.1.0", expected: true },
]) {
	test(`Node ${version} ${expected ? "runs" : "does not run"} the project`, () => {
		assert.equal(nodeRunsSluice(version), expected);
	});
}

test("takes opa 1.22 of any patch level and no other", () => {
	const versions = ["1.21.9", "1.22.0", "1.22.9", "1.23.0", "2.0.0"];
	assert.deepEqual(versions.filter(opaFits), ["1.22.0", "1.22.9"]);
});

test("takes a person's own Envoy from 1.36 on", () => {
	const versions = ["1.35.9", "1.36.2", "1.40.0", "1.41.0"];
	assert.deepEqual(versions.filter(envoyFits), ["1.36.2", "1.40.0", "1.41.0"]);
});

test("finds a version in a text, with the patch level 0 where none is said", () => {
	assert.equal(findVersion("go1.26rc1"), "1.26.0");
	assert.equal(findVersion("Version: 1.22.2"), "1.22.2");
	assert.equal(findVersion("unknown"), undefined);
});
