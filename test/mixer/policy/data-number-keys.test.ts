import assert from "node:assert/strict";
import { test } from "node:test";
import { MixerError } from "../../../mixer/error.ts";
import { buildFiles, policyDocument } from "./policy-folder.ts";

const data = JSON.stringify({
	shop: { codes: { "404": "x", "7": { "8": "y" } }, list: ["a", "b", "c"], lists: [{ "1": "z" }] },
});

function files(placement: "mixer" | "proxy", expression: string) {
	return {
		"sluice.yaml": policyDocument({ placement }),
		"shop/authz.rego": `package shop.authz\n\ndecision if {\n\t${expression}\n}\n`,
		"shop/data.json": data,
	};
}

const refused: readonly (readonly [expression: string, shown: string, number: number])[] = [
	['data.shop.codes[404] == "x"', "data.shop.codes[404]", 404],
	["data.shop.codes[404.0]", "data.shop.codes[404]", 404],
	["data.shop.codes[7][8]", "data.shop.codes[7]", 7],
	["some i; data.shop.lists[i][1]", "data.shop.lists[_][1]", 1],
	['not data.shop["codes"][404]', "data.shop.codes[404]", 404],
];
for (const [expression, shown, number] of refused) {
	for (const placement of ["mixer", "proxy"] as const) {
		test(`${expression} is refused for the ${placement}: opa finds the key, its module does not`, async (context) => {
			const fault = `shop/authz.rego:4: ${shown}: a number is no key of an object in WebAssembly, write ["${number}"]`;
			const rejected: unknown = await buildFiles(context, files(placement, expression)).catch((error) => error);
			assert.ok(rejected instanceof MixerError, String(rejected));
			assert.equal(rejected.message.split("\n")[0], fault);
		});
	}
}

for (const expression of [
	'data.shop.codes["404"] == "x"',
	'data.shop.list[2] == "c"',
	"data.shop.codes[405]",
	"x := data.shop.codes; x[404]",
	"{404: 1}[404]",
]) {
	test(`${expression} is answered alike`, async (context) => {
		const { requirements } = await buildFiles(context, files("proxy", expression));
		assert.equal(requirements.policies[0]?.placement, "proxy");
	});
}
