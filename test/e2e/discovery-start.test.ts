import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import type { Document } from "yaml";
import { freePorts } from "../../bench/deploy/free-ports.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { SlowReader } from "../pilot/discovery/slow-reader.ts";
import { TestDiscovery } from "../support/discovery.ts";
import { balance, steadyLoad, waitShortly } from "../support/discovery-envoy.ts";
import { EchoUpstream } from "../support/echo-upstream.ts";
import { TestEnvoy } from "../support/envoy.ts";
import { send } from "../support/http-client.ts";
import type { PacedLoad } from "../support/paced-load.ts";
import { buildRevision, decidedBy, publish, type Revision, wordOf } from "../support/revisions.ts";

/** Longest wait for Envoy to notice something, in milliseconds. */
const TIMEOUT_MS = 20_000;

let one: Revision;
let two: Revision;
let upstream: EchoUpstream;

before(async () => {
	[one, two, upstream] = await Promise.all([buildRevision("one"), buildRevision("two"), EchoUpstream.start()]);
});

after(() => upstream.stop());

test("an Envoy that starts before the server answers 503, takes the revision when it comes, and goes on without", async (t) => {
	const [port = 0] = await freePorts(1);
	const envoy = await startEnvoy(t, port, { change: waitShortly });
	await expectUndecided(envoy);

	const first = await startServer(t, port);
	await until("the connection", async () => (await first.metric("sluice_discovery_streams")) === 1);
	await expectUndecided(envoy);
	publish(first, one);
	const load = startLoad(t, envoy);
	await decidedBy("one", load);
	const from = load.answers.length;

	await first.stop();
	await load.answered(20);
	const second = await startServer(t, port);
	await second.accepted(one.revision);
	await load.answered(20);
	publish(second, one);
	publish(second, two);
	await decidedBy("two", load);
	await load.stop();
	assert.deepEqual([...new Set(load.answers.slice(from).map(({ status }) => status))], [200]);
	assert.deepEqual(second.acks, [
		{ proxy: "sluice-test", revision: one.revision },
		{ proxy: "sluice-test", revision: two.revision },
	]);
	assert.equal(await second.metric("sluice_discovery_pushes_total"), 1);
});

test("two Envoys take each revision, whatever a third proxy does", async (t) => {
	const discovery = await startServer(t);
	const stuck = new SlowReader(discovery.port);
	t.after(() => stuck.close());
	stuck.ask({ node: { id: "stuck" }, resourceNames: ["sluice.http"] });
	publish(discovery, one);
	const envoys = await Promise.all(["a", "b"].map((nodeId) => startEnvoy(t, discovery.port, { nodeId })));
	const loads = envoys.map((envoy) => startLoad(t, envoy));
	await Promise.all(loads.map((load) => decidedBy("one", load)));
	publish(discovery, two);
	await Promise.all(loads.map((load) => decidedBy("two", load)));
	await Promise.all(loads.map((load) => load.stop()));
	for (const { answers } of loads) assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
	const acks = discovery.acks.filter(({ revision }) => revision === two.revision).map(({ proxy }) => proxy);
	assert.deepEqual(acks.sort(), ["a", "b"]);
	assert.equal(await discovery.metric("sluice_discovery_streams"), 3);
});

test("an Envoy with another control plane's ADS keeps it, and has the filter from the server", async (t) => {
	// Stands for the other control plane: it says that there are no clusters and listeners but the static ones.
	const [discovery, other] = await Promise.all([startServer(t), startServer(t)]);
	publish(discovery, one);
	const envoy = await startEnvoy(t, discovery.port, { change: (config) => addAds(config, other.port) });
	await until("both answers of the ADS", async () => (await envoy.total("(cds|lds)\\.update_success$")) === 2);
	const load = startLoad(t, envoy);
	await decidedBy("one", load);
	publish(discovery, two);
	await decidedBy("two", load);
	await load.stop();
	assert.deepEqual(new Set(load.answers.map(wordOf)), new Set(["one", "two"]));
	assert.equal(await discovery.metric("sluice_discovery_streams"), 1);
	assert.equal(await other.metric("sluice_discovery_streams"), 1);
	assert.deepEqual(other.acks, []);
});

test("an Envoy that may not have the filter answers 503, and so does one that may no longer", async (t) => {
	const allowed = new Set(["friend"]);
	const discovery = await startServer(t, 0, (_, node) => allowed.has(node.id));
	publish(discovery, one);
	const stranger = await startEnvoy(t, discovery.port, { nodeId: "stranger", change: waitShortly });
	await expectUndecided(stranger);
	const friend = await startEnvoy(t, discovery.port, { nodeId: "friend" });
	assert.equal((await send({ port: friend.port, path: "/books" })).status, 200);
	allowed.clear();
	publish(discovery, two);
	const status = async () => (await send({ port: friend.port, path: "/books" })).status;
	await until("the end of the permission", async () => (await status()) === 503);
	await expectUndecided(friend);
	assert.deepEqual(
		discovery.denials,
		["stranger", "friend"].map((proxy) => ({ proxy, name: "sluice.http" })),
	);
});

async function startServer(
	t: TestContext,
	port = 0,
	authorize?: (peer: object, node: { id: string }) => boolean,
): Promise<TestDiscovery> {
	const discovery = await TestDiscovery.start({ port, ...(authorize && { authorize }) });
	t.after(() => discovery.stop());
	return discovery;
}

async function startEnvoy(
	t: TestContext,
	discoveryPort: number,
	options: { nodeId?: string; change?: (config: Document) => void },
): Promise<TestEnvoy> {
	const envoy = await TestEnvoy.start({
		upstreamPort: upstream.port,
		mixerPort: 1,
		filter: { discoveryPort },
		...(options.nodeId !== undefined && { nodeId: options.nodeId }),
		change(config) {
			balance(config);
			options.change?.(config);
		},
	});
	t.after(() => envoy.stop());
	return envoy;
}

function startLoad(t: TestContext, envoy: TestEnvoy): PacedLoad {
	const load = steadyLoad(envoy.port);
	t.after(() => load.stop());
	return load;
}

/** Every request is refused as "unavailable", by the default configuration. */
async function expectUndecided(envoy: TestEnvoy): Promise<void> {
	upstream.arrivals.length = 0;
	const { status, body } = await send({ port: envoy.port, path: "/books" });
	assert.deepEqual([status, body], [503, "fault filter abort"]);
	assert.deepEqual(upstream.arrivals, []);
}

/** Clusters and listeners by ADS, beside the static ones. */
function addAds(config: Document, port: number): void {
	const name = "other-control-plane";
	const service = { envoy_grpc: { cluster_name: name } };
	const source = { ads: {}, resource_api_version: "V3" };
	const dynamic_resources = {
		ads_config: { api_type: "DELTA_GRPC", transport_api_version: "V3", grpc_services: [service] },
		cds_config: source,
		lds_config: source,
	};
	config.set("dynamic_resources", config.createNode(dynamic_resources));
	const clusters = config.getIn(["static_resources", "clusters"], true);
	const cluster = JSON.parse(JSON.stringify(clusters)).find(
		(each: { name: string }) => each.name === "sluice-discovery",
	);
	const text = JSON.stringify(cluster).replaceAll("sluice-discovery", name);
	const socket = `"port_value":${discoveryPortIn(cluster)}`;
	assert.ok(text.includes(socket));
	config.addIn(
		["static_resources", "clusters"],
		config.createNode(JSON.parse(text.replace(socket, `"port_value":${port}`))),
	);
}

function discoveryPortIn(cluster: {
	load_assignment: {
		endpoints: { lb_endpoints: { endpoint: { address: { socket_address: { port_value: number } } } }[] }[];
	};
}): number | undefined {
	return cluster.load_assignment.endpoints[0]?.lb_endpoints[0]?.endpoint.address.socket_address.port_value;
}

function until(what: string, probe: () => Promise<boolean>): Promise<void> {
	return waitUntil({ what, timeoutMs: TIMEOUT_MS, probe });
}
