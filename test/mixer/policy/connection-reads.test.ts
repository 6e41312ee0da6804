import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { MixerError } from "../../../mixer/error.ts";
import { checkout } from "../../support/programs.ts";
import { buildFiles, policyDocument } from "./policy-folder.ts";

const rego = `package shop.authz

decision := {"allowed": true, "quotas": [{"name": "a", "key": input.source.ip}]} if input.request.path == "/"
else := {"allowed": input.connection.requested_server_name == input.attributes.request.http.host} if input.parsed_path[0] == ""
`;

function document(targets: string): string {
	return policyDocument().replace("targets: [{}]", `targets: ${targets}`);
}

test("what only requests have is refused where a Policy targets connections only, each with its place", async (context) => {
	const building = buildFiles(context, { "sluice.yaml": document("[{protocol: tcp}]"), "shop/authz.rego": rego });
	const because = "Policy shop targets connections only";
	await assert.rejects(
		building,
		new MixerError(
			"invalid",
			[
				`shop/authz.rego:3: input.request.path is never there: ${because}`,
				`shop/authz.rego:4: input.parsed_path is never there: ${because}`,
				`shop/authz.rego:4: input.attributes.request.http.host is never there: ${because}`,
				`shop/authz.rego:3: the decision names quotas, on which only requests draw: ${because}`,
			].join("\n"),
		),
	);
});

test("a Policy that targets both may read both", async (context) => {
	const quotas = `---
apiVersion: sluice.dev/v1alpha1
kind: Quota
metadata: {name: a}
spec: {limit: 10, window: 1m, failureMode: deny}
`;
	const text = document("[{protocol: tcp}, {pathPrefix: /a}]") + quotas;
	const { requirements } = await buildFiles(context, { "sluice.yaml": text, "shop/authz.rego": rego });
	assert.ok(requirements.policies[0]?.inputs.some((path) => path.join(".") === "request.path"));
});

test("the Policy of docs/tcp.md is one", async (context) => {
	const guide = await readFile(join(checkout, "docs/tcp.md"), "utf8");
	const [yaml = "", policy = ""] = ["yaml", "rego"].map((kind) => guide.split(`\`\`\`${kind}\n`)[1]?.split("```")[0]);
	const { requirements } = await buildFiles(context, { "sluice.yaml": yaml, "clients/clients.rego": policy });
	assert.deepEqual(
		requirements.policies.map(({ placement, inputs }) => [placement, inputs.map((path) => path.join("."))]),
		[["proxy", ["connection.requested_server_name", "source.principal"]]],
	);
});
