import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { systemClock } from "../../../../mixer/observe/clock.ts";
import { PolicyEngine } from "../../../../mixer/policy/engine.ts";
import type { Build } from "../../../../mixer/policy/requirements.ts";
import { vmConfig } from "../../../../mixer/policy/vm-config.ts";
import { opaEval } from "../../../mixer/policy/opa-eval.ts";
import { buildDir, buildForMixer, examplePolicies } from "../../../mixer/policy/policy-folder.ts";
import { FakeHost } from "../../../support/fake-host.ts";
import type { Headers } from "../../../support/fake-host-pairs.ts";
import type { FakeStream } from "../../../support/fake-host-stream.ts";
import { checks, question, recordOf, say, sealed } from "../../../support/filter-host.ts";
import { scaled } from "../../../support/scale.ts";

const reported = ["decision", "outcome", "policy", "rule", "reason"].map((name) => `check.${name}`);

async function start(build: Build): Promise<FakeHost> {
	const pluginConfiguration = JSON.stringify({ ...JSON.parse(build.pluginConfig), report: { attributes: reported } });
	const options = { pluginConfiguration, vmConfiguration: vmConfig(build) };
	const host = await FakeHost.load(build.module, options);
	assert.equal(host.start(), true, host.logLines(4).join("\n"));
	return host;
}

const method = fc.oneof(
	{ weight: 6, arbitrary: fc.constantFrom("GET", "HEAD", "POST", "DELETE", "OPTIONS", "get") },
	{ weight: 1, arbitrary: fc.stringMatching(/^[!-~]{1,8}$/) },
);
const segment = fc.oneof(
	{ weight: 6, arbitrary: fc.constantFrom("books", "admin", "b%6foks", "books;v=1", "..", "", "%C3%A9", "%ff", "1") },
	{ weight: 1, arbitrary: fc.stringMatching(/^[!-~]{1,8}$/) },
);
const role = fc.oneof(
	{ weight: 6, arbitrary: fc.constantFrom("reader", "librarian", "visitor", "reader,librarian", "", "root") },
	{ weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }) },
);
const requests = fc.record({
	method,
	path: fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join("/")}`),
	query: fc.constantFrom("", "?", "?a=/admin"),
	roles: fc.array(role, { maxLength: 2 }),
});

function headersOf(request: { method: string; path: string; query: string; roles: (string | Uint8Array)[] }): Headers {
	const { method, path, query, roles } = request;
	return [
		[":method", method],
		[":path", path + query],
		[":authority", "shop.example"],
		...roles.map((name) => ["x-role", name] as const),
	];
}

/** All that a client, an upstream and the records learn of a decision, but for its id. */
function seen(host: FakeHost, stream: FakeStream) {
	if (stream.result === "continue") stream.respond({ headers: [[":status", "200"]] });
	const { localResponse } = stream;
	const apart = (pairs: [string, string][] | undefined) => pairs?.filter(([name]) => name !== "x-sluice-decision-id");
	return {
		result: stream.result,
		sealed: sealed(stream),
		status: localResponse?.status,
		details: localResponse?.details,
		body: localResponse && new TextDecoder().decode(localResponse.body),
		upstream: stream.requestHeaders.toText(),
		client: apart(stream.responseHeaders?.toText()),
		record: recordOf(host, stream),
	};
}

test("the bookstore's policy decides alike in the proxy, in the Mixer and in opa", async (context) => {
	const [inProxy, inMixer] = [await buildDir(examplePolicies), await buildForMixer(examplePolicies)];
	const [proxy, mixer] = [await start(inProxy), await start(inMixer)];
	const engine = new PolicyEngine({ workers: 1, queuedChecks: 1000, clock: systemClock });
	context.after(() => engine.stop());
	await engine.load(inMixer);
	const inputs: unknown[] = [];
	const decisions: unknown[] = [];
	const statuses = new Set<number | undefined>();
	const { revision } = inMixer.requirements;
	for (const request of fc.sample(requests, { numRuns: scaled({ quick: 500, full: 10_000 }), seed: 7 })) {
		const headers = headersOf(request);
		const asked = checks(mixer).length;
		const stream = mixer.request({ headers });
		const call = checks(mixer)[asked];
		if (call !== undefined) {
			const [entrypoint = "", input] = [question(call).entrypoints[0], question(call).input];
			const answer = await engine.evaluate({ revision, entrypoint, input, deadlineMs: 60_000 });
			assert.equal(answer.status, "ok");
			const value: unknown = JSON.parse(answer.value);
			inputs.push(JSON.parse(question(call).text));
			decisions.push(value);
			say(call, { value });
		}
		statuses.add(stream.localResponse?.status);
		const expected = seen(mixer, stream);
		assert.deepEqual(seen(proxy, proxy.request({ headers })), expected, JSON.stringify(request));
	}
	assert.deepEqual(checks(proxy), []);
	assert.equal(inProxy.requirements.policies[0]?.placement, "proxy");
	assert.ok(statuses.size > 1 && new Set(decisions.map((value) => JSON.stringify(value))).size > 10);
	const dir = join(examplePolicies, "bookstore");
	assert.deepEqual(decisions, await opaEval({ dir, rule: "data.bookstore.authz.decision", inputs }));
});
