import { join } from "node:path";
import { checkout } from "../../cli/checkout.ts";
import { MixerError } from "../../mixer/error.ts";
import { askVersion, goVersion } from "../../setup/programs.mjs";
import { interruptCommands, run } from "../../setup/run.mjs";
import { atLeast, needed } from "../../setup/versions.mjs";
import type { Deploy, DeployContext } from "./deployment.ts";
import { startEnvoyFront } from "./envoy-front.ts";
import type { ConfigPart } from "./front-config.ts";
import { DECISION_TIMEOUT } from "./policy-folder.ts";
import { startReadyChild } from "./ready-child.ts";

const SOURCES = join(checkout, "bench/peers/opa-ext-authz");

/** Go sees by itself whether it is up to date. */
const PROGRAM = join(checkout, "build/bench/opa-ext-authz");

/** What a user would run instead: ext_authz, answered by a server on OPA's library (peers/opa-ext-authz). */
export const opaPeer: Deploy = async (context) => {
	const version = await askVersion("go", goVersion);
	if (version === undefined) return { missing: "skipped: there is no Go to build bench/peers/opa-ext-authz" };
	if (!atLeast(version, needed.go)) {
		return { missing: `skipped: bench/peers/opa-ext-authz needs Go ${needed.go}, and this is ${version}` };
	}
	context.note(`building bench/peers/opa-ext-authz with go ${version}: a minute or two the first time`);
	context.signal.addEventListener("abort", interruptCommands, { once: true });
	const flags = ["build", "-trimpath", "-ldflags=-s -w", "-o", PROGRAM, "."];
	const built = await run("go", flags, { cwd: SOURCES, env: { ...process.env, GOWORK: "off", CGO_ENABLED: "0" } });
	if (!built.succeeded) throw new MixerError("tool", `go build failed:\n${built.output}`);
	const server = await startServer(context);
	const envoy = await startEnvoyFront(context, {
		keep: [],
		filters: [extAuthz],
		clusters: [opaCluster(server.port)],
		hasMixer: false,
	});
	const processes = [envoy.process, { name: "OPA", pid: server.pid }];
	return { port: envoy.port, processes, expresses: "decision" };
};

async function startServer(context: DeployContext): Promise<{ port: number; pid: number }> {
	const policy = join(checkout, "policies/bookstore");
	const { child, ready } = await startReadyChild(context, {
		name: "the OPA server",
		command: PROGRAM,
		args: ["-policy", policy, "-query", "data.bookstore.authz.decision"],
		logFile: join(context.dir, "opa.log"),
	});
	const port: unknown = typeof ready === "object" && ready !== null ? Reflect.get(ready, "port") : undefined;
	if (typeof port !== "number") throw new MixerError("internal", "the OPA server does not say its port");
	return { port, pid: child.pid };
}

const extAuthz: ConfigPart = {
	name: "envoy.filters.http.ext_authz",
	typed_config: {
		"@type": "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
		transport_api_version: "V3",
		grpc_service: { envoy_grpc: { cluster_name: "opa" }, timeout: DECISION_TIMEOUT },
		failure_mode_allow: false,
		status_on_error: { code: "ServiceUnavailable" },
	},
};

/** The cluster `opa`: a server of authorization over gRPC. */
export function opaCluster(port: number): ConfigPart {
	const socket_address = { address: "127.0.0.1", port_value: port };
	const options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
	return {
		name: "opa",
		type: "STATIC",
		connect_timeout: "1s",
		typed_extension_protocol_options: {
			[options]: {
				"@type": `type.googleapis.com/${options}`,
				explicit_http_config: { http2_protocol_options: {} },
			},
		},
		load_assignment: {
			cluster_name: "opa",
			endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address } } }] }],
		},
	};
}
