import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import type { Arrival } from "../support/echo-upstream.ts";
import { sendRaw } from "../support/http-client.ts";
import { Mirror, type Seen } from "../support/mirror.ts";
import { scaled } from "../support/scale.ts";

const REQUESTS = scaled({ quick: 300, full: 10_000 });

/** Headers that the upstream gets from the router, behind every filter, or that a policy is shown under another name. */
const FROM_THE_ROUTER = new Set([
	...["host", "connection", "content-length", "transfer-encoding"],
	...["x-envoy-expected-rq-timeout-ms", "x-saw"],
]);

/** Most of it plain, so that some requests are only a little hostile and pass. */
const plain = (value: string, hostile: fc.Arbitrary<string>) =>
	fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: hostile });
const joined = (...parts: readonly string[]) =>
	fc.array(fc.constantFrom(...parts), { maxLength: 6 }).map((chosen) => chosen.join(""));

const hosts = "SHOP shop:80 shop. shop.:8080 shop: shop:x [::1]:80 a@b é a,b";
const adminHosts = "admin.example ADMIN.example. admin.example:99999 admin.example..";
const inPaths = '/ // /books /admin ;x=1 .. /. %2e %61dmin %ff %25 %252e %3b %3f \\ é { " : @ %00 %2f %5c %zz % #f';
const inQueries = "? ?x=/admin &y=1 + %20";
const inValues = 'a , " ; = é admin %0d%0a';

const method = fc.constantFrom("GET", "POST", "PURGE", "get");
const host = plain("shop", fc.constantFrom("", "sh op", ...hosts.split(" "), ...adminHosts.split(" ")));
const path = joined("\t", "\x7f", ...inPaths.split(" "), ...inQueries.split(" "));
const value = plain("a, b", joined(" ", "\t", "\r", "\x01", "\x7f", "\xff", ...inValues.split(" ")));
const name = fc.constantFrom("x-role", "X-Role", "x-ROLE", "cookie", "Cookie");
const headers = fc.array(fc.tuple(name, value), { maxLength: 3 });

let mirror: Mirror;

before(async () => {
	mirror = await Mirror.start();
});

after(() => mirror.stop());

test(`of ${REQUESTS} random requests, the upstream gets what the policy saw, and nothing meant for /admin`, async () => {
	const requests = fc.sample(fc.record({ method, path, host, headers }), { numRuns: REQUESTS, seed: 5 });
	let passed = 0;
	for (const request of requests) {
		mirror.clear();
		const lines = request.headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
		const head = `${request.method} /${request.path} HTTP/1.1\r\nhost: ${request.host}\r\n${lines}`;
		const { status } = await sendRaw(mirror.mesh.envoy.port, Buffer.from(`${head}connection: close\r\n\r\n`, "latin1"));
		assert.equal(mirror.mesh.upstream.arrivals.length, status === 200 ? 1 : 0, `${status} for ${head}`);
		if (status !== 200) continue;
		passed++;
		const { seen, arrival } = mirror.arrived();
		assert.deepEqual(asSeen(seen), asArrived(arrival), head);
		assert.notEqual(seen.segments?.[0], "admin", head);
		assert.notEqual(seen.host, "admin.example", head);
	}
	// Enough of them that this says something.
	assert.ok(passed > REQUESTS / 10, `only ${passed} passed`);
});

function asSeen({ path, query, host, roles, cookies, names }: Seen) {
	return { path, query, host, roles, cookies, names: names.filter((name) => !name.startsWith(":")).sort() };
}

/** What arrived, as a policy is shown it. */
function asArrived({ path, headers }: Arrival): ReturnType<typeof asSeen> {
	const valuesOf = (name: string) => headers.get(name)?.map(utf8) ?? null;
	const mark = path.indexOf("?");
	return {
		path: utf8(path),
		query: mark < 0 ? "" : utf8(path.slice(mark + 1)),
		host: (valuesOf("host")?.join("|") ?? "").toLowerCase().replace(/:$/, ""),
		roles: valuesOf("x-role"),
		cookies: valuesOf("cookie"),
		names: [...headers.keys()].filter((name) => !FROM_THE_ROUTER.has(name)).sort(),
	};
}

/** The echo has bytes as latin1. */
function utf8(text: string): string {
	return Buffer.from(text, "latin1").toString();
}
