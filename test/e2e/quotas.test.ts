import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { showDetails, TestEnvoy } from "../support/envoy.ts";
import { send } from "../support/http-client.ts";
import { Mesh } from "../support/mesh.ts";

const TIMEOUT_MS = 20_000;

let mesh: Mesh;
let key = 0;

before(async () => {
	mesh = await Mesh.start({ configuration: "quotas", change: showDetails });
});
after(() => mesh.stop());
/** Every test has counters of its own. */
afterEach(() => {
	key++;
});

function ask(quotas: string, port = mesh.envoy.port, more: Record<string, string> = {}) {
	return send({ port, path: "/books", headers: { "x-quotas": quotas, "x-key": `key-${key}`, ...more } });
}

async function statuses(count: number, quotas: string, port?: number): Promise<number[]> {
	const found: number[] = [];
	for (let i = 0; i < count; i++) found.push((await ask(quotas, port)).status);
	return found;
}

describe("quotas in a real Envoy, with a real Mixer", () => {
	test("refuse with 429, the draft's fields and the policy's body", async () => {
		assert.deepEqual(await statuses(6, "few"), [200, 200, 200, 200, 200, 429]);
		const denied = await ask("few");
		assert.equal(denied.body, "come back later\n");
		assert.equal(denied.headers.get("x-denied"), "yes");
		assert.equal(denied.headers.get("x-details"), "sluice_quota");
		assert.equal(denied.headers.get("ratelimit-policy"), '"few";q=5;w=86400');
		const seconds = denied.headers.get("retry-after");
		assert.match(seconds ?? "", /^[1-9][0-9]{0,4}$/);
		assert.equal(denied.headers.get("ratelimit"), `"few";r=0;t=${seconds}`);
	});

	test("say in allowed answers what is left", async () => {
		const { headers } = await ask("few,many");
		assert.equal(headers.get("ratelimit-policy"), '"few";q=5;w=86400, "many";q=10000;w=86400');
		assert.match(headers.get("ratelimit") ?? "", /^"few";r=4;t=\d+, "many";r=99\d\d;t=\d+$/);
	});

	test("answer gRPC with RESOURCE_EXHAUSTED", async () => {
		await statuses(5, "few");
		const answer = await ask("few", mesh.envoy.port, { "content-type": "application/grpc" });
		assert.deepEqual([answer.status, answer.headers.get("grpc-status")], [200, "8"]);
	});

	test("take no call once they are warm, and charge both of a request or neither", async () => {
		await statuses(3, "many");
		const calls = await mesh.envoy.total("sluice_quota\\.calls$");
		assert.deepEqual(new Set(await statuses(40, "many")), new Set([200]));
		const more = (await mesh.envoy.total("sluice_quota\\.calls$")) - calls;
		assert.ok(more <= 4, `${more} calls for 40 requests`);
		await statuses(5, "few");
		assert.equal((await ask("few,many")).status, 429);
	});

	test("in shadow mode refuse nobody, and are counted", async () => {
		const denied = () => mesh.envoy.total("sluice_quota_draws\\.outcome\\.shadow_denied$");
		const before = await denied();
		assert.deepEqual(await statuses(5, "watched"), [200, 200, 200, 200, 200]);
		await waitUntil({ what: "a shadow's denial", timeoutMs: TIMEOUT_MS, probe: async () => (await denied()) > before });
	});

	test("charge for what a response was", async () => {
		assert.equal((await ask("bytes")).status, 200);
		const left = async () => Number(/r=(\d+)/.exec((await ask("bytes")).headers.get("ratelimit") ?? "")?.[1]);
		await waitUntil({ what: "the charge", timeoutMs: TIMEOUT_MS, probe: async () => (await left()) < 100_000 });
	});

	test("hold a body with its request while they wait for a lease", async () => {
		mesh.upstream.arrivals.length = 0;
		// In pieces, so that some come while the call is on its way.
		const body = JSON.stringify({ user: `user-${key}`, padding: "x".repeat(50_000) });
		const upload = (user: string) =>
			send({
				port: mesh.envoy.port,
				method: "POST",
				path: "/uploads",
				headers: { "content-type": "application/json", "x-quotas": "many", "x-key": `${user}-${key}` },
				body,
			});
		const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => upload(`user-${i}`)));
		assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 200, 200, 200, 200, 429]);
		assert.deepEqual(new Set(mesh.upstream.arrivals.map((arrival) => arrival.body === body)), new Set([true]));
		assert.equal(mesh.upstream.arrivals.length, 5);
	});

	test("of two Envoys admit a limit's worth together, and one that drains gives back what it holds", async () => {
		const ports = {
			upstreamPort: mesh.upstream.port,
			upstreamHttp2Port: mesh.upstream.http2Port,
			mixerPort: mesh.mixer.mixerPort,
		};
		const other = await TestEnvoy.startWithMixer({ ...ports, filter: mesh.built.filter, nodeId: "other" });
		try {
			const both = [mesh.envoy.port, other.port];
			const all = await Promise.all(both.flatMap((port) => [statuses(4, "few", port), statuses(4, "few", port)]));
			assert.equal(all.flat().filter((status) => status === 200).length, 5);
			assert.deepEqual(await statuses(1, "many", other.port), [200]);
			await other.drain(TIMEOUT_MS);
			const probe = async () => (await other.total("sluice_quota\\.returned$")) > 0;
			await waitUntil({ what: "the return of its lease", timeoutMs: TIMEOUT_MS, probe });
		} finally {
			await other.stop();
		}
	});

	test("leave a record of which, and how much is left", async () => {
		await mesh.forget();
		await ask("few");
		const [record] = await mesh.recordsOf(1);
		assert.deepEqual([record?.["quota.name"], record?.["quota.outcome"], record?.["quota.remaining"]], ["few", "granted", 4]); // biome-ignore format: a row
	});

	// The last one: it takes the Mixer away.
	test("do what failureMode says when the Mixer is gone", async () => {
		assert.equal((await ask("fallback")).status, 200);
		await mesh.mixer.stop();
		key++;
		const denied = await ask("few");
		assert.deepEqual([denied.status, denied.headers.get("x-details")], [503, "sluice_unavailable"]);
		assert.deepEqual(await statuses(5, "fallback"), [200, 200, 200, 429, 429]);
	});
});
