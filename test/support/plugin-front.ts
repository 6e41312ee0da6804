import type { Document } from "yaml";
import { applyFront, type ConfigPart } from "../../bench/deploy/front-config.ts";
import { opaCluster } from "../../bench/deploy/opa-peer.ts";

/** Puts ext_authz with a server of authorization in place of Sluice's filters, as people run OPA's Envoy plugin. */
export function pluginFront(
	port: number,
	options: { maxBodyBytes: number; allowPartial: boolean },
): (config: Document) => void {
	const extAuthz: ConfigPart = {
		name: "envoy.filters.http.ext_authz",
		typed_config: {
			"@type": "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
			transport_api_version: "V3",
			// Longer than a busy machine ever takes.
			grpc_service: { envoy_grpc: { cluster_name: "opa" }, timeout: "10s" },
			failure_mode_allow: false,
			with_request_body: {
				max_request_bytes: options.maxBodyBytes,
				allow_partial_message: options.allowPartial,
				pack_as_bytes: true,
			},
		},
	};
	return (config) =>
		applyFront(config, { keep: [], filters: [extAuthz], clusters: [opaCluster(port)], hasMixer: false });
}
