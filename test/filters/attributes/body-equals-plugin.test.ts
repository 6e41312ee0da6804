import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { compileGrpcTypes } from "../../../mixer/policy/grpc-types.ts";
import { grpcFrame, messageOf, type TestDescriptors, testDescriptors } from "../../support/grpc-descriptors.ts";
import { metadataBytes } from "../../support/metadata.ts";
import { type PeerAnswer, type PeerQuestion, pluginInputs, pluginPeer } from "../../support/plugin-peer.ts";
import { forms, jsons, multiparts, oddTypes, type RandomBody } from "../../support/random-bodies.ts";
import { serialized } from "../../support/random-messages.ts";
import { scaled } from "../../support/scale.ts";
import { hasLooseJson } from "../../support/strict-json.ts";
import { AttributeHost, defaultLimits } from "./attribute-host.ts";

/*
 * The filter's own parsers beside Go's, which OPA's Envoy plugin uses: the same bytes have to give the same values, or be
 * refused by both. Where only the filter refuses, it has to be for one of the reasons that docs/input.md names.
 */

const numRuns = scaled({ quick: 1500, full: 40_000 });
const limits = { ...defaultLimits, inputBytes: 1 << 22, numberDigits: 1024, inputDepth: 1024 };
const paths = [["parsed_body"], ["parsed_path"], ["parsed_query"], ["truncated_body"], ["version"]];
const metadataPath = ["attributes", "metadataContext", "filterMetadata"];

const peer = await pluginPeer();
let host: AttributeHost;
let descriptors: TestDescriptors;
let dir = "";

before(async () => {
	[host, descriptors, dir] = await Promise.all([
		AttributeHost.build(),
		testDescriptors(),
		mkdtemp(join(tmpdir(), "sluice-peer-")),
	]);
	host.grpcTypes(compileGrpcTypes(descriptors.bytes, "shop.binpb").types);
	await writeFile(join(dir, "set.binpb"), descriptors.bytes);
});

after(() => rm(dir, { recursive: true }));

/** The parts of the filter's input, or why there is none. */
function ours({ path, headers, body, metadata }: PeerQuestion): PeerAnswer {
	const pairs = [[":path", path] as const, ...Object.entries(headers)];
	host.request(pairs, { metadata: metadataBytes({ filter: metadata ?? {} }) }).withBody(body);
	const text = host.input([...paths, metadataPath], limits);
	return text === "bad input" ? { error: text } : { input: JSON.parse(text) };
}

/** The same parts of the plugin's input, with what no reading can tell apart made equal. */
function comparable({ input }: PeerAnswer): unknown {
	if (input === undefined) return undefined;
	const { attributes, parsed_body, parsed_path, parsed_query, truncated_body, version } = input;
	const metadata = Reflect.get(Object(Reflect.get(Object(attributes), "metadataContext")), "filterMetadata");
	const parts = { metadata, parsed_body, parsed_path, parsed_query, truncated_body, version };
	// Of bytes that are not UTF-8 the plugin makes as many replacement characters as there are bytes. -0 is 0.
	return JSON.parse(JSON.stringify(parts).replaceAll(/\ufffd+/g, "\ufffd"));
}

interface Comparison {
	readonly mayRefuse?: (question: PeerQuestion) => boolean;
}

async function compare(questions: readonly PeerQuestion[], { mayRefuse }: Comparison = {}): Promise<void> {
	assert.ok(peer.program !== undefined);
	const answers = await pluginInputs(peer.program, questions, { descriptors: join(dir, "set.binpb") });
	let read = 0;
	for (const [i, question] of questions.entries()) {
		const theirs = answers[i] ?? {};
		const answer = ours(question);
		const what = () => JSON.stringify({ ...question, body: Buffer.from(question.body).toString("latin1"), theirs });
		if (answer.error !== undefined && theirs.error === undefined && mayRefuse?.(question)) continue;
		assert.deepEqual(comparable(answer), comparable(theirs), what());
		if (answer.error === undefined) read++;
	}
	assert.ok(read > questions.length / 20, `only ${read} of ${questions.length} were read`);
}

const asked = (bodies: fc.Arbitrary<RandomBody>): PeerQuestion[] =>
	fc.sample(bodies, numRuns).map(({ type, body }) => ({ path: "/", headers: { "content-type": type }, body }));

/** Only what calls itself JSON can be refused for what it is as JSON. */
const isLoose = ({ headers, body }: PeerQuestion) => hasLooseJson(headers["content-type"] ?? "", body);

describe("the same as OPA's Envoy plugin reads", { skip: peer.missing ?? false }, () => {
	test("JSON bodies", () => compare(asked(jsons), { mayRefuse: isLoose }));

	test("forms", () => compare(asked(forms)));

	test("multipart bodies", () => compare(asked(multiparts), { mayRefuse: isLoose }));

	test("bodies of odd types", () => compare(asked(oddTypes), { mayRefuse: isLoose }));

	test("paths and queries", () => {
		const pieces = fc.constantFrom(..."/?&=+;.#", "a", "%41", "%2f", "%zz", "%", "é", "//", "..", "%C3%A9", "%ff");
		const path = fc.array(pieces, { maxLength: 12 }).map((parts) => `/${parts.join("")}`);
		const questions = fc.sample(path, numRuns).map((path) => ({ path, headers: {}, body: new Uint8Array() }));
		return compare(questions);
	});

	test("dynamic metadata", () => {
		const number = fc.constantFrom(0, 1.5, -0.1, 1_700_000_000, 1e21, 1e-9, 123456789.125);
		const { json } = fc.letrec((tie) => ({
			json: fc.oneof(
				{ depthSize: "small", withCrossShrink: true },
				number,
				fc.constantFrom(null, true, false),
				fc.string({ unit: "grapheme", maxLength: 5 }),
				fc.array(tie("json"), { maxLength: 3 }),
				fc.dictionary(fc.string({ maxLength: 3 }), tie("json"), { maxKeys: 3 }),
			),
		}));
		const metadata = fc.dictionary(
			fc.constantFrom("a", "envoy.filters.http.jwt_authn"),
			fc.dictionary(fc.constantFrom("claims", "x"), json),
			{ minKeys: 1 },
		);
		const questions = fc.sample(metadata, numRuns).map((metadata) => {
			return { path: "/", headers: {}, body: new Uint8Array(), metadata };
		});
		return compare(questions);
	});

	const doubles = fc.oneof(fc.double(), fc.constantFrom(0, -0, 0.1, 1e21, 1e-7, Number.NaN, Number.POSITIVE_INFINITY));
	const floats = fc.oneof(fc.float(), fc.constantFrom(0.1, 16777216, 1e-7, Number.NaN, Number.NEGATIVE_INFINITY)).map(Math.fround); // biome-ignore format: a row
	const calls = (options: Parameters<typeof serialized>[1]) =>
		fc.sample(serialized(messageOf(descriptors, "shop.v1.Order"), options), numRuns).map((message) => ({
			path: "/shop.v1.Orders/Place",
			headers: { "content-type": "application/grpc" },
			body: grpcFrame(message),
		}));

	test("gRPC messages", () => {
		const structs = fc.constantFrom(null, true, 1.5, "é", { a: [1, {}] });
		return compare(calls({ doubles, floats, structs }));
	});

	test("gRPC messages that no library writes", () => {
		// Structs with a key twice, and Values in two parts, are refused by the filter alone.
		const structs = [43, 44, 45, 54].map((number) => Buffer.from(new BinaryWriter().tag(number, 2).finish()));
		const holdsStructs = ({ body }: PeerQuestion) => structs.some((tag) => Buffer.from(body).includes(tag));
		return compare(calls({ doubles, floats }), { mayRefuse: holdsStructs });
	});

	test("gRPC messages with fields that have to be there", () => {
		const messages = fc.sample(serialized(messageOf(descriptors, "shop.old.Counter"), { doubles, floats }), numRuns);
		const questions = messages.map((message) => {
			const headers = { "content-type": "application/grpc" };
			return { path: "/shop.old.Counters/Add", headers, body: grpcFrame(message) };
		});
		return compare(questions);
	});
});
