import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { adapterSchemas, telemetryParts } from "../../../../cli/adapter-schemas.ts";
import { withLogPolicies } from "../../../../cli/decisions/log-policies.ts";
import { loadSnapshot } from "../../../../galley/load.ts";
import type { Batch } from "../../../../mixer/adapters/adapter.ts";
import { decisionlog } from "../../../../mixer/adapters/decisionlog/decisionlog.ts";
import type { TelemetryRecord } from "../../../../mixer/api/generated/vocabulary.ts";
import { opaProgram } from "../../../support/programs.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { KeptLog } from "../../server/running-mixer.ts";
import { adapterEnv } from "../adapter-env.ts";

const denied: TelemetryRecord = {
	"request.time": 1_767_225_600_000_000_001n,
	"request.id": "r-1",
	"response.code": 403,
	"response.code_details": "sluice_denied",
	"source.ip": "192.0.2.1",
	"context.reporter.uid": "edge",
	"trace.id": "4bf92f3577b34da6a3ce929d0e0e4736",
	"trace.span_id": "00f067aa0ba902b7",
	"check.id": "d-1",
	"check.decision": "deny",
	"check.outcome": "denied",
	"check.policy": "shop",
	"check.rule": "closed",
	"check.reason": "nobody may",
	"check.revision": "ab",
	"check.placement": "proxy",
	"check.cached": false,
	"check.duration": 12_000,
	"check.input": '{"request":{"method":"GET","headers":{"x-card":"4111"}}}',
};
const allowed: TelemetryRecord = {
	...denied,
	"check.id": "d-2",
	"check.decision": "allow",
	"check.outcome": "allowed",
	"response.code": 200,
};

const MASK = `package system.log

mask contains "/input/request/headers/x-card"

mask contains {"op": "upsert", "path": "/result/reason", "value": "masked"} if input.result.reason

drop if input.decision_id == "d-drop"
`;

const batch = (...items: TelemetryRecord[]): Batch => ({ signal: "record", items });

/** A handler of a configuration that is loaded, compiled and built as the server does it. */
async function start(t: TestContext, { config = "", rego }: { config?: string; rego?: string }) {
	const dir = await temporaryFolder();
	const file = join(dir, "decisions.jsonl");
	await mkdir(join(dir, "masks"));
	await mkdir(join(dir, "shop"));
	await writeFile(join(dir, "shop", "shop.rego"), "package shop\n\ndecision := true\n");
	if (rego !== undefined) await writeFile(join(dir, "masks", "masks.rego"), rego);
	await writeFile(
		join(dir, "sluice.yaml"),
		`apiVersion: sluice.dev/v1alpha1
kind: Policy
metadata: {name: shop}
spec: {bundle: shop, entrypoint: shop/decision, failureMode: deny}
---
apiVersion: sluice.dev/v1alpha1
kind: Handler
metadata: {name: log}
spec: {adapter: decisionlog, config: {file: ${file}${config}}}
`,
	);
	const loaded = await loadSnapshot(dir, adapterSchemas(), telemetryParts());
	assert.ok(loaded.ok, JSON.stringify(loaded));
	const { handlers } = await withLogPolicies(loaded.snapshot, opaProgram);
	const env = { ...adapterEnv(), logger: new KeptLog() };
	const handler = await decisionlog.build(handlers[0]?.config, env);
	t.after(() => handler.close());
	const lines = async () =>
		(await readFile(file, "utf8"))
			.split("\n")
			.slice(0, -1)
			.map((line) => JSON.parse(line));
	const omitted = async () =>
		(await env.metrics.getSingleMetricAsString("sluice_decision_log_inputs_omitted_total")).split("\n").slice(2);
	return { handler, lines, omitted, log: env.logger.lines };
}

const WITH_MASK = ", mask: {bundle: masks}";

describe("the decision log", () => {
	test("writes an event of OPA's decision logs for each decision", async (t) => {
		const { handler, lines } = await start(t, { config: ", labels: {app: shop}" });
		assert.deepEqual(await handler.handle(batch(denied)), ["delivered"]);
		assert.deepEqual(await lines(), [
			{
				labels: { app: "shop", id: "edge" },
				decision_id: "d-1",
				trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
				span_id: "00f067aa0ba902b7",
				bundles: { shop: { revision: "ab" } },
				path: "shop/decision",
				input: { request: { method: "GET", headers: { "x-card": "4111" } } },
				result: { allowed: false, http_status: 403, rule: "closed", reason: "nobody may" },
				requested_by: "192.0.2.1",
				timestamp: "2026-01-01T00:00:00.000000001Z",
				metrics: { timer_server_handler_ns: 12_000 },
				custom: {
					sluice: {
						outcome: "denied",
						placement: "proxy",
						cached: false,
						policy: "shop",
						revision: "ab",
						request_id: "r-1",
						status: 403,
					},
				},
			},
		]);
	});

	test("masks as the Rego says, in both formats, and drops what it says", async (t) => {
		for (const format of ["opa", "sluice"]) {
			const config = `, format: ${format}${WITH_MASK}, drop: {bundle: masks}`;
			const { handler, lines, omitted } = await start(t, { config, rego: MASK });
			const result = await handler.handle(batch(denied, { ...denied, "check.id": "d-drop" }));
			assert.deepEqual(result, ["delivered", { rejected: "drop_rule" }]);
			const [line] = await lines();
			assert.deepEqual(line.input, { request: { method: "GET", headers: {} } });
			assert.equal(line.result.reason, "masked");
			assert.deepEqual([line.erased, line.masked], [["/input/request/headers/x-card"], ["/result/reason"]]);
			assert.equal(JSON.stringify(line).includes("4111") || JSON.stringify(line).includes("nobody"), false);
			assert.equal(line[format === "opa" ? "decision_id" : "check.id"], "d-1");
			assert.deepEqual(await omitted(), []);
		}
	});

	for (const { what, rego, reason } of [
		{
			what: "is of a wrong type",
			rego: 'mask := {"a": 1}',
			reason: "the mask is no set of paths or of objects with op and path",
		},
		{
			what: "has a path that is none",
			rego: 'mask contains "request/headers"',
			reason: 'the mask\'s path "request/headers" must begin with /input or /result',
		},
		{
			what: "is undefined",
			rego: 'mask := ["/input"] if input.decision_id == "other"',
			reason: "the mask is undefined",
		},
		{ what: "fails", rego: "mask := [concat(input.input.request, [])]", reason: "" },
		{ what: "has two values", rego: 'mask := ["/input"] if input.input\n\nmask := [] if input.labels', reason: "" },
		{
			what: "takes too long",
			rego: 'mask := [x | r := numbers.range(1, 5000); some i in r; some j in r; some k in r; i < j; j < k; k < i; x := ""]',
			reason: "system/log/mask took longer than 250 ms and was stopped",
		},
	]) {
		test(`never shows an input whose mask ${what}`, async (t) => {
			const { handler, lines, omitted, log } = await start(t, {
				config: WITH_MASK,
				rego: `package system.log\n\n${rego}\n`,
			});
			assert.deepEqual(await handler.handle(batch(denied, allowed)), ["delivered", "delivered"]);
			for (const line of await lines()) {
				assert.deepEqual(
					[line.input, line.result, line.custom.sluice.input_omitted],
					[undefined, undefined, "mask_failed"],
				);
				assert.equal(JSON.stringify(line).includes("4111") || JSON.stringify(line).includes("nobody"), false);
			}
			assert.deepEqual(await omitted(), ['sluice_decision_log_inputs_omitted_total{reason="mask_failed"} 2']);
			assert.equal(log.length, 1, "said once");
			assert.equal(log[0]?.message, "decisions are logged without input: its mask or drop rule failed");
			if (reason !== "") assert.deepEqual(log[0]?.fields, { handler: "h", decisions: 1, reason });
		});
	}

	test("keeps a share of allowed requests, the same in every log, and everything else", async (t) => {
		const { handler } = await start(t, { config: ", sampleAllows: 0.25" });
		const many = Array.from({ length: 1000 }, (_, i) => ({ ...allowed, "check.id": `d-${i}` }));
		const results = await handler.handle(batch(...many));
		assert.ok(Array.isArray(results));
		const kept = results.filter((result) => result === "delivered").length;
		assert.ok(kept > 200 && kept < 300, `${kept} of 1000`);
		assert.deepEqual(await handler.handle(batch(...many)), results);
		const others = ["denied", "quota_denied", "policy_error", "unavailable", "none"];
		const rest = await handler.handle(batch(...others.map((outcome) => ({ ...allowed, "check.outcome": outcome }))));
		assert.deepEqual(
			rest,
			others.map(() => "delivered"),
		);
	});

	test("says where an input was too long for its record, and shows an error as one", async (t) => {
		const { handler, lines, omitted } = await start(t, {});
		const broken = { ...denied, "check.outcome": "policy_error", "response.code_details": "sluice_policy_error" };
		await handler.handle(batch({ ...denied, "check.input": "null" }, broken));
		const [long, failed] = await lines();
		assert.deepEqual([long.input, long.custom.sluice.input_omitted], [undefined, "too_large"]);
		assert.deepEqual(failed.error, { code: "policy_error", message: "sluice_policy_error" });
		assert.deepEqual(await omitted(), ['sluice_decision_log_inputs_omitted_total{reason="too_large"} 1']);
	});
});

describe("a decision log's Rego, when the configuration is loaded", () => {
	for (const { what, config, rego, message } of [
		{
			what: "a syntax error",
			config: WITH_MASK,
			rego: "package system.log\n\nmask :=\n",
			message: /^masks\/masks\.rego:4: rego_parse_error/,
		},
		{
			what: "an entrypoint that is not there",
			config: ", mask: {bundle: masks, entrypoint: system/log/masc}",
			rego: MASK,
			message: /^sluice\.yaml:6 Handler log: entrypoint system\/log\/masc is no rule of masks$/,
		},
		{
			what: "a folder that is not there",
			config: ", mask: {bundle: mask}",
			rego: MASK,
			message:
				/^sluice\.yaml:6 spec\.config\.mask\.bundle: "mask" must be a folder that exists \(did you mean masks\?\)$/,
		},
	]) {
		test(`is refused for ${what}`, async (t) => {
			await assert.rejects(start(t, { config, rego }), { name: "MixerError", code: "invalid", message });
		});
	}

	test("is never left out: what is not compiled is refused", async () => {
		await assert.rejects(async () => decisionlog.build({ mask: { bundle: "masks" } }, adapterEnv()), {
			code: "invalid",
			message: "config.mask: not compiled",
		});
	});
});
