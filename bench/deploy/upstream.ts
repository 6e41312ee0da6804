import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Document } from "yaml";
import { EnvoyProcess } from "../../cli/up/envoy-process.ts";
import { findTool } from "../../setup/tools.mjs";
import type { DeployContext } from "./deployment.ts";
import { freePorts } from "./free-ports.ts";

const MANAGER = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";

/**
 * The service behind every variant: another Envoy, which answers 200 to everything itself. Nothing answers faster, and
 * its CPU is in nobody's numbers.
 *
 * @returns its port.
 */
export async function startUpstream(context: Omit<DeployContext, "upstreamPort">): Promise<number> {
	const [port = 0, adminPort = 0] = await freePorts(2);
	const stateDir = join(context.dir, "upstream");
	await mkdir(stateDir, { recursive: true });
	const config = new Document(upstreamConfig(port, adminPort));
	const { signal } = context;
	const envoy = await EnvoyProcess.start({ envoy: findTool("envoy"), config, adminPort, stateDir, signal });
	context.teardown.add(
		"the upstream",
		() => envoy.stop(),
		() => envoy.child.kill("SIGKILL"),
	);
	return port;
}

function upstreamConfig(port: number, adminPort: number): object {
	const address = (port_value: number) => ({ socket_address: { address: "127.0.0.1", port_value } });
	const answer = { match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: "ok\n" } } };
	const manager = {
		"@type": MANAGER,
		stat_prefix: "upstream",
		http_filters: [{ name: "envoy.filters.http.router", typed_config: { "@type": ROUTER } }],
		route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes: [answer] }] },
	};
	const filters = [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }];
	return {
		admin: { address: address(adminPort) },
		static_resources: {
			listeners: [{ name: "upstream", address: address(port), filter_chains: [{ filters }] }],
		},
	};
}
