import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { sendHttp2, sendRaw } from "../support/http-client.ts";
import { BAD_INPUT, Mirror } from "../support/mirror.ts";

let mirror: Mirror;

before(async () => {
	mirror = await Mirror.start();
});

after(() => mirror.stop());

beforeEach(() => mirror.clear());

describe("headers", () => {
	const HEAD = "GET /books HTTP/1.1\r\nhost: shop\r\n";

	for (const [row, lines, roles] of [
		[10, "X-Role: user\r\nx-ROLE: admin\r\n", ["user", "admin"]],
		[11, "x-role:\r\nx-role: admin\r\n", ["", "admin"]],
		[12, "x-role: user, admin\r\n", ["user, admin"]],
	] as const) {
		test(`row ${row}: ${JSON.stringify(lines)} is ${JSON.stringify(roles)} for both`, async () => {
			const { seen, arrival } = await mirror.ask(HEAD + lines);
			assert.deepEqual(seen.roles, roles);
			assert.deepEqual(arrival.headers.get("x-role"), roles);
			assert.equal(seen.joinedRoles, roles.join(","));
		});
	}

	test("row 18: a client's x-envoy-* headers are gone before policy and upstream", async () => {
		const forged = ["original-path", "decorator-operation", "max-retries", "internal", "anything"].map(
			(name) => `x-envoy-${name}`,
		);
		const lines = forged.map((name) => `${name}: /admin\r\n`).join("");
		const { answer, seen, arrival } = await mirror.ask(HEAD + lines);
		assert.equal(answer.status, 200);
		assert.deepEqual(
			forged.filter((name) => arrival.headers.has(name) || seen.names.includes(name)),
			[],
		);
	});

	test("row 19: a client's certificate header and our own headers are gone before policy and upstream", async () => {
		const forged = ["x-forwarded-client-cert", "x-sluice-decision-id", "x-sluice-anything", "X-Sluice-Role"];
		const lines = forged.map((name) => `${name}: forged\r\n`).join("");
		const { seen, arrival } = await mirror.ask(HEAD + lines);
		const names = forged.map((name) => name.toLowerCase());
		assert.deepEqual(
			names.filter((name) => arrival.headers.has(name) || seen.names.includes(name)),
			[],
		);
	});

	for (const forged of ["9.9.9.9", "127.0.0.2, 10.0.0.1"]) {
		test(`row 20: x-forwarded-for: ${forged} does not change the client's address`, async () => {
			const { seen } = await mirror.ask(`${HEAD}x-forwarded-for: ${forged}\r\n`);
			assert.equal(seen.sourceIp, "127.0.0.1");
		});
	}

	test("row 21: bytes that are not UTF-8 are U+FFFD for the policy, which decides, and pass as they are", async () => {
		const head = Buffer.concat([Buffer.from(`${HEAD}x-role: a`), Buffer.from([0xff, 0xc3]), Buffer.from("b\r\n")]);
		const { answer, seen, arrival } = await mirror.ask(head);
		assert.equal(answer.status, 200);
		assert.deepEqual(seen.roles, ["a\ufffd\ufffdb"]);
		assert.deepEqual(arrival.headers.get("x-role"), ["a\u00ff\u00c3b"]);
	});

	test("row 22: a bare carriage return in a header is gone for both", async () => {
		const { seen, arrival } = await mirror.ask(`${HEAD}x-role: a\rb\r\n`);
		assert.deepEqual(seen.roles, ["ab"]);
		assert.deepEqual(arrival.headers.get("x-role"), ["ab"]);
	});

	test("row 33: a large header within the limits is decided on the whole", async () => {
		const role = "r".repeat(7000);
		const { seen, arrival } = await mirror.ask(`${HEAD}x-role: ${role}\r\n`);
		assert.deepEqual(seen.roles, [role]);
		assert.deepEqual(arrival.headers.get("x-role"), [role]);
	});

	test("row 33: as many headers as are allowed, a hundred, are decided on the whole", async () => {
		// Beside them go host and connection.
		const { seen, arrival } = await mirror.ask(HEAD + "x-role: a\r\n".repeat(98));
		assert.equal(seen.roles?.length, 98);
		assert.equal(arrival.headers.get("x-role")?.length, 98);
	});

	test("row 33: a large cookie within the limits is decided on the whole", async () => {
		const cookie = `a=${"c".repeat(15_000)}`;
		const { seen, arrival } = await mirror.ask(`${HEAD}cookie: ${cookie}\r\n`);
		assert.deepEqual(seen.cookies, [cookie]);
		assert.deepEqual(arrival.headers.get("cookie"), [cookie]);
	});

	test("row 33: headers within Envoy's limit and over the input's are refused, not cut", async () => {
		const head = `${HEAD}x-role: ${"r".repeat(50_000)}\r\n`;
		assert.deepEqual(await mirror.refusal(head), { status: 400, body: BAD_INPUT });
	});

	test("row 33: cookies in several HTTP/2 fields are one for the policy, as for the upstream", async () => {
		const headers = { ":path": "/books", ":authority": "shop", cookie: ["a=1", "b=2"] };
		await sendHttp2(mirror.mesh.envoy.port, headers);
		const { seen, arrival } = mirror.arrived();
		assert.deepEqual(seen.cookies, arrival.headers.get("cookie"));
		assert.deepEqual(seen.cookies, ["a=1; b=2"]);
	});
});

describe("a line break that a policy copies into a header", () => {
	test("row 22: never reaches the upstream", async () => {
		const path = "/copy?value=a%0d%0ax-role:%20admin";
		assert.deepEqual(await mirror.refusal(`GET ${path} HTTP/1.1\r\nhost: shop\r\n`), {
			status: 403,
			body: "the policy failed on this request\n",
		});
	});

	test("row 22: never splits the answer to the client", async () => {
		const path = "/deny-copy?value=a%0d%0aset-cookie:%20a=b";
		const answer = await sendRaw(
			mirror.mesh.envoy.port,
			`GET ${path} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n`,
		);
		assert.equal(answer.status, 403);
		assert.deepEqual([answer.headers.has("set-cookie"), answer.headers.has("x-copy")], [false, false]);
	});

	test("row 22: begins no line of its own where an error quotes it in Envoy's log", async () => {
		const path = "/zone?value=x%0d%0a[critical]%20forged%1b[0m";
		const { status } = await mirror.refusal(`GET ${path} HTTP/1.1\r\nhost: shop\r\n`);
		assert.equal(status, 403);
		const lines = (await mirror.mesh.envoy.logWith("forged")).split("\n").filter((line) => line.includes("forged"));
		assert.equal(lines.length, 1);
		assert.match(
			lines[0] ?? "",
			/^\[.* the time zone x\?\?\[critical\] forged\?\[0m: named time zones are not available/,
		);
	});

	test("a value without one is copied", async () => {
		const { arrival } = await mirror.ask("GET /copy?value=plain HTTP/1.1\r\nhost: shop\r\n");
		assert.deepEqual(arrival.headers.get("x-copy"), ["plain"]);
	});
});
