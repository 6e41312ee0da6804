import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { scaled } from "../support/scale.ts";
import { sumOf, TelemetryMesh } from "../support/telemetry-mesh.ts";

const PER_SECOND = scaled({ quick: 100, full: 200 });

/** Records that the handler whose backend hangs may hold. */
const QUEUE = 100;

/** What a handler that keeps up has under way when the Mixer is killed: a batch of the filter's. */
const BATCH = 100;
const KILLS = 2;

/** A backend that takes connections and never answers. */
const hanging = createServer(() => {});
let mesh: TelemetryMesh;

before(async () => {
	await new Promise<void>((resolve) => hanging.listen(0, "127.0.0.1", resolve));
	// An address of a TCP server is an object.
	const { port } = hanging.address() as AddressInfo;
	mesh = await TelemetryMesh.start(`apiVersion: sluice.dev/v1alpha1
kind: Policy
metadata: {name: open}
spec: {bundle: open, entrypoint: open/decision, failureMode: deny}
---
apiVersion: sluice.dev/v1alpha1
kind: Handler
metadata: {name: access-log}
spec: {adapter: jsonlog, config: {file: LOG, attributes: [request.url_path, check.id]}}
---
apiVersion: sluice.dev/v1alpha1
kind: Handler
metadata: {name: hanging}
spec: {adapter: otlp, queue: ${QUEUE}, timeout: 60s, config: {endpoint: "http://127.0.0.1:${port}"}}
---
apiVersion: sluice.dev/v1alpha1
kind: Telemetry
metadata: {name: all}
spec: {logs: [{name: all, fields: {path: request.url_path}, handlers: [hanging]}]}
`);
});

after(async () => {
	await mesh?.stop();
	hanging.closeAllConnections();
	hanging.close();
});

describe("SIGKILL", () => {
	test("of the Mixer loses what its handlers' queues hold, and nothing that it has not acknowledged", async () => {
		const load = mesh.load({ perSecond: PER_SECOND, prefix: "mixer" });
		let held = 0;
		for (let kill = 0; kill < KILLS; kill++) {
			await load.answered(PER_SECOND);
			const { handlers } = await mesh.ledgerWhere("a full queue", (ledger) => {
				return ledger.handlers.some(({ handler, pending }) => handler === "hanging" && pending === QUEUE);
			});
			held = Math.max(held, ...handlers.map(({ pending }) => pending));
			await mesh.mixer.kill();
			await load.answered(PER_SECOND / 2);
			mesh.mixer = await mesh.mixer.startAgain();
		}
		await load.stop();
		await mesh.settle();
		assert.equal(held, QUEUE);
		const logged = new Set(await mesh.loggedPaths());
		const missing = load.answers.filter(({ path }) => !logged.has(path)).length;
		assert.ok(missing <= KILLS * BATCH, `${missing} are missing`);
		const ledger = await mesh.ledgerWhere("every record", (view) => {
			return sumOf(view, "sent") === load.answers.length && sumOf(view, "pending") === 0;
		});
		assert.deepEqual(ledger.faults, []);
		assert.deepEqual([...(await mesh.envoy.stats("sluice_reports\\.dropped")).values()].filter(Boolean), []);
		assert.ok(sumOf(ledger, "elsewhere") > 0, "the Mixers before took none");
	});

	test("of Envoy loses no record that was acknowledged", async () => {
		const before = await mesh.envoy.total("sluice_reports\\.acknowledged$");
		const load = mesh.load({ perSecond: PER_SECOND, prefix: "envoy" });
		await load.answered(2 * PER_SECOND);
		const acknowledged = (await mesh.envoy.total("sluice_reports\\.acknowledged$")) - before;
		process.kill(mesh.envoy.pid, "SIGKILL");
		await load.stop().catch(() => undefined);
		const { handlers } = await mesh.ledgerWhere("an empty queue", (ledger) => {
			return ledger.handlers.some(({ handler, pending }) => handler === "access-log" && pending === 0);
		});
		assert.equal(handlers.length, 2);
		const arrived = new Set((await mesh.loggedPaths()).filter((path) => path.startsWith("/envoy/")));
		assert.ok(acknowledged > 0, "nothing was acknowledged before");
		assert.ok(arrived.size >= acknowledged, `${arrived.size} arrived of ${acknowledged} acknowledged`);
		assert.deepEqual((await mesh.ledger()).faults, []);
	});
});
