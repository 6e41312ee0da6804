import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { BODY_BYTES, startExamples } from "../support/examples.ts";
import { type Answer, send, sendHttp2 } from "../support/http-client.ts";
import type { Mesh } from "../support/mesh.ts";

/*
 * What the input document of OPA's Envoy plugin has for a request, written out: its README and its own tests say so.
 * from-ext-authz.test.ts holds the same fields against the plugin's semantics.
 */

let mesh: Mesh;

before(async () => {
	mesh = await startExamples({ "people/keys.rego": 'package people.keys\n\npem := ""\n' });
});

after(() => mesh.stop());

beforeEach(() => {
	mesh.upstream.arrivals.length = 0;
});

type Fields = Readonly<Record<string, unknown>>;

/** What the policy saw. */
function seen(answer: Answer): Fields {
	assert.equal(answer.status, 200);
	const [text = ""] = mesh.upstream.only().headers.get("x-input") ?? [];
	return JSON.parse(Buffer.from(text, "latin1").toString());
}

/** Asserts that what the policy saw has these fields. */
function has(input: Fields, fields: Fields): void {
	assert.deepEqual(Object.fromEntries(Object.keys(fields).map((name) => [name, input[name]])), fields);
}

function get(path: string, headers: Readonly<Record<string, string | string[]>> = {}): Promise<Answer> {
	return send({ port: mesh.envoy.port, path, headers: { host: "mirror.example", ...headers } });
}

function post(type: string, body: string): Promise<Answer> {
	const headers = { host: "mirror.example", "content-type": type, "content-length": String(Buffer.byteLength(body)) };
	return send({ port: mesh.envoy.port, method: "POST", path: "/", headers, body });
}

describe("a path", () => {
	const paths: readonly (readonly [path: string, segments: readonly string[], query: object])[] = [
		["/", [""], {}],
		["/a", ["a"], {}],
		["/a/", ["a", ""], {}],
		["/a%20b/c", ["a b", "c"], {}],
		["/%C3%A9", ["é"], {}],
		["/a+b;p=1/*", ["a+b;p=1", "*"], {}],
		["/a?", ["a"], {}],
		["/a?x=1&x=2&y", ["a"], { x: ["1", "2"], y: [""] }],
		["/a?a+b=c+d&%41=%26", ["a"], { "a b": ["c d"], A: ["&"] }],
		["/a?x=1?y=2", ["a"], { x: ["1?y=2"] }],
		["/a?=v&&", ["a"], { "": ["v"] }],
	];
	for (const [path, segments, query] of paths) {
		test(`${path} is taken apart, and stays whole in http.path`, async () => {
			const input = seen(await get(path));
			has(input, { path, parsed_path: segments, parsed_query: query, query: undefined, fragment: undefined });
		});
	}

	for (const path of ["/a?x=%zz", "/a?x;y", "/a%zz"]) {
		test(`${path} is answered 400`, async () => {
			assert.equal((await get(path)).status, 400);
		});
	}
});

describe("a header", () => {
	test("that comes twice is joined by a comma without a space", async () => {
		const { headers } = seen(await get("/", { "x-list": ["a", "", "b, c"], "X-Mixed": "V" }));
		has(Object(headers), { "x-list": "a,,b, c", "x-mixed": "V", "X-Mixed": undefined });
	});

	test("stands beside the pseudo-headers", async () => {
		const { headers } = seen(await get("/a?b"));
		has(Object(headers), { ":method": "GET", ":path": "/a?b", ":scheme": "http", ":authority": "mirror.example" });
	});
});

describe("a request", () => {
	test("over HTTP/1.1 has these", async () => {
		const input = seen(await get("/", { host: "Mirror.Example:8443" }));
		has(input, { method: "GET", host: "Mirror.Example", scheme: "http", protocol: "HTTP/1.1", size: undefined });
		has(input, { source: "127.0.0.1", destination: "127.0.0.1", client: undefined, source_principal: undefined });
		has(input, { version: { ext_authz: "v3", encoding: "protojson" }, parsed_body: null, truncated_body: false });
	});

	test("over HTTP/2 has these", async () => {
		const fields = { ":method": "PUT", ":path": "/a", ":authority": "mirror.example" };
		has(seen(await sendHttp2(mesh.envoy.port, fields)), { method: "PUT", protocol: "HTTP/2", host: "mirror.example" });
	});
});

describe("a body", () => {
	const form = "application/x-www-form-urlencoded";
	const part = (head: string, text: string) => `--x\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`;
	const bodies: readonly (readonly [type: string, body: string, parsed: unknown])[] = [
		["application/json", '{"a": [1, 2.50, null, "é"]}', { a: [1, 2.5, null, "é"] }],
		["application/json; charset=utf-8", " 7 ", 7],
		["application/json", "", null],
		["APPLICATION/JSON", "7", null],
		["text/plain", "7", null],
		[form, "a=1&a=2&b=%41+c", { a: ["1", "2"], b: ["A c"] }],
		[
			"multipart/form-data; boundary=x",
			`${part('name="f"; filename="a.txt"', "text")}${part('name="j"\r\nContent-Type: application/json', "[1]")}--x--\r\n`,
			{ f: ["text"], j: [[1]] },
		],
		["multipart/form-data", "--x--", null],
	];
	for (const [type, body, parsed] of bodies) {
		test(`of type ${type}, ${JSON.stringify(body.slice(0, 30))}, is read by its type`, async () => {
			has(seen(await post(type, body)), { parsed_body: parsed, truncated_body: false });
		});
	}

	test("over the limit is truncated, and nothing is made of it", async () => {
		const input = seen(await post("application/json", `"${"x".repeat(BODY_BYTES)}"`));
		has(input, { parsed_body: null, truncated_body: true });
	});

	for (const [type, body] of [
		["application/json", '{"a":'],
		[form, "a=%zz"],
		["multipart/form-data; boundary=x", "--x\r\nbroken"],
	] as const) {
		test(`that is not what ${type} says is answered 400`, async () => {
			assert.equal((await post(type, body)).status, 400);
		});
	}
});
