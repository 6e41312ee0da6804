import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { BothWays } from "../support/both-ways.ts";
import type { ExampleRequest, Outcome } from "../support/example-outcome.ts";
import { exampleRequests } from "../support/example-requests.ts";
import { testDescriptors } from "../support/grpc-descriptors.ts";
import { pluginPeer } from "../support/plugin-peer.ts";
import { scaled } from "../support/scale.ts";
import { hasLooseJson } from "../support/strict-json.ts";
import { curvePair } from "../support/tokens.ts";

/*
 * The plugin's documented examples, rewritten: each request is answered by Sluice in one Envoy, and in another by
 * ext_authz with the plugin's semantics (test/peers/envoy-authz). Status, headers, body and what the service gets have to be
 * equal, but for what docs/input.md says.
 */

/** Requests to each example. */
const REQUESTS = scaled({ quick: 200, full: 2000 });

const POLICY_ERROR = "the policy failed on this request\n";

const peer = await pluginPeer();
const keys = { known: curvePair("P-256"), other: curvePair("P-256") };
const requests = exampleRequests({ descriptors: await testDescriptors("from-ext-authz/protos"), keys });
const examples = Object.keys(requests);

describe("the examples of OPA's Envoy plugin", { skip: peer.missing ?? false }, () => {
	let both: BothWays;

	before(async () => {
		const pem = keys.known.publicKey.export({ format: "pem", type: "spki" });
		const files = { "people/keys.rego": `package people.keys\n\npem := ${JSON.stringify(pem)}\n` };
		both = await BothWays.start({ program: peer.program ?? "", examples, files });
	});

	after(() => both.stop());

	for (const [example, arbitrary] of Object.entries(requests)) {
		test(`${example}: ${REQUESTS} requests are answered as with the plugin`, async () => {
			const statuses = new Set<string>();
			for (const asked of fc.sample(arbitrary, { numRuns: REQUESTS, seed: 17 })) {
				const request = { example, ...asked };
				const { ours, theirs } = await both.ask(request);
				statuses.add(theirs.headers["grpc-status"] ?? String(theirs.status));
				const what = () => `${shown(request)}\nours: ${JSON.stringify(ours)}\ntheirs: ${JSON.stringify(theirs)}`;
				if (mayRefuse(request, ours)) continue;
				const refuses = isRefusal(ours, theirs);
				assert.deepEqual(comparable(ours, refuses), comparable(theirs, refuses), what());
			}
			assert.ok(statuses.has("200") && statuses.size > 1, `only ${[...statuses]}`);
		});
	}
});

/** Whether Sluice refuses what is JSON to OPA's parser alone. */
function mayRefuse({ headers, body }: ExampleRequest, { status }: Outcome): boolean {
	return status === 400 && body !== undefined && hasLooseJson(String(headers["content-type"]), body);
}

/** Whether Sluice answers with words of its own where the plugin has others, or none. */
function isRefusal(ours: Outcome, theirs: Outcome): boolean {
	if (ours.headers["grpc-status"] === "13" && theirs.headers["grpc-status"] === "13") return true;
	return ours.status === 400 || (ours.body === POLICY_ERROR && theirs.status === 403 && theirs.body === "");
}

/** What has to be equal. */
function comparable({ status, headers, body, arrived }: Outcome, refuses: boolean): unknown {
	const type = headers["content-type"]?.replace("; charset=utf-8", "");
	const answer = refuses ? {} : { ...without(headers, ANSWER_HEADERS), "content-type": type, body };
	if (arrived === undefined) return { status, answer };
	const sent = without(Object(arrived.headers), SENT_HEADERS);
	return { status, answer, arrived: { ...arrived, headers: { ...sent, ...sawOf(sent) } } };
}

/** Of each request its own; a connection is closed where the answer is there before the body. */
const ANSWER_HEADERS = [
	"connection",
	"date",
	"x-envoy-upstream-service-time",
	"x-sluice-decision-id",
	"content-length",
];
const SENT_HEADERS = ["x-request-id", "x-envoy-auth-partial-body"];

/** What mirror's policy saw, without what each request has of its own. */
function sawOf(headers: Readonly<Record<string, unknown>>): object {
	const [text] = [headers["x-input"]].flat();
	if (typeof text !== "string") return {};
	// Node reads headers as latin1. Of bytes that are not UTF-8 the plugin makes as many U+FFFD as there are bytes.
	const document = Buffer.from(text, "latin1").toString();
	const seen = JSON.parse(document.replaceAll(/(\ufffd|\\ufffd)+/g, "\ufffd"));
	return { "x-input": { ...seen, headers: without(seen.headers, SENT_HEADERS) } };
}

function without(fields: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
	return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

function shown({ body, ...rest }: ExampleRequest): string {
	return JSON.stringify({ ...rest, body: body && Buffer.from(body).toString("latin1") });
}
