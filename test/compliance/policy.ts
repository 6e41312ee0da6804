import { assembleSnapshot } from "../../galley/assemble.ts";
import type { Policy, RequestedPlacement } from "../../galley/snapshot.ts";
import { pluginConfig } from "../../mixer/policy/plugin-config.ts";

/** A Policy that asks for a place, as far as placing it goes. */
export function somePolicy(entrypoint: string, placement: RequestedPlacement): Policy {
	return {
		name: "case",
		bundleDir: "/case",
		bundle: "case",
		entrypoint,
		regoVersion: "v1",
		targets: [{}],
		mode: "enforce",
		placement,
		body: "named",
		failureMode: "deny",
		strictBuiltinErrors: true,
		deadlineMs: 60_000,
		file: "case.yaml",
		line: 1,
	};
}

/** What configures a filter that holds no Policy for requests. */
export function somePluginConfig(revision: string): string {
	const { settings } = assembleSnapshot("/case", []);
	return pluginConfig({ settings, policies: [], quotas: [], reportAttributes: [] }, revision);
}
