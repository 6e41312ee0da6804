import assert from "node:assert/strict";
import { test } from "node:test";
import { describeExplanations } from "../../../mixer/policy/explain.ts";
import { buildFiles, policyDocument } from "./policy-folder.ts";

test("names what keeps a Policy in the Mixer, which line widens a read, and what is volatile", async (context) => {
	const { explanations } = await buildFiles(context, {
		"sluice.yaml":
			policyDocument({ placement: "auto" }) +
			policyDocument({ name: "store", bundle: "store", entrypoint: "store/authz/decision" }),
		"shop/authz.rego": `package shop.authz

decision if crypto.sha256(input.request.host) == "x"

decision if {
	some name in ["a", input.request.method]
	input.request.headers[name] == "x"
	input.request.headers.first == "y"
	input.request.path_segments[0] == "z"
	time.now_ns() > 0
}
`,
		"store/authz.rego": "package store.authz\n\ndecision := true\n",
	});
	assert.equal(
		describeExplanations(explanations),
		`Policy shop runs in the mixer: the proxy lacks built-ins it calls
  kept out of the proxy by crypto.sha256   shop/authz.rego:3
  reads input.request.headers, all of it: widened   shop/authz.rego:7
  reads input.request.host   shop/authz.rego:3
  reads input.request.method   shop/authz.rego:6
  reads input.request.path_segments   shop/authz.rego:9
  volatile: time.now_ns, so no answer is reused   shop/authz.rego:10

Policy store runs in the mixer: its placement says so
  reads nothing of the input
  volatile: nothing, so equal input has equal answers and they are reused
`,
	);
});
