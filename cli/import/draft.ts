import { basename } from "node:path";
import { Document, stringify } from "yaml";
import { API_VERSION } from "../../galley/kinds/document-kind.ts";
import { documentName } from "../../galley/kinds/names.ts";
import { formatMessage, type Message } from "../../galley/message.ts";
import type { RegoVersion } from "../../galley/snapshot.ts";
import type { PluginSettings } from "./plugin-settings.ts";
import type { BundleFile } from "./read-bundle.ts";

/** A file to be written, by its path within the folder. */
export interface DraftFile {
	readonly path: string;
	readonly content: Uint8Array | string;
}

export interface DraftOptions {
	/** The configuration that it comes from, as the person named it. */
	readonly from: string;
	readonly settings: PluginSettings;
	/** Rego and data. */
	readonly files: readonly BundleFile[];
	readonly versions: ReadonlyMap<string, RegoVersion>;
	/** Of gRPC messages. */
	readonly descriptors?: Uint8Array | undefined;
	readonly notes: readonly Message[];
}

const DESCRIPTORS = "descriptors.binpb";

/** A configuration's folder before it is written. */
export interface Draft {
	readonly policy: {
		readonly name: string;
		readonly entrypoint: string;
		readonly mode: "enforce" | "shadow";
		readonly regoVersion: RegoVersion;
	};
	readonly files: readonly DraftFile[];
}

/** The folder that stands for OPA's configuration and bundle. */
export function draftFolder(options: DraftOptions): Draft {
	const { settings, files, versions, descriptors } = options;
	const { entrypoint, dryRun } = settings;
	const name = documentName.suggest?.(entrypoint.split("/").slice(0, -1).join("-")) || "imported";
	const old = [...versions].filter(([, version]) => version === "v0").map(([path]) => path);
	const regoVersion = old.length > 0 && old.length === versions.size ? "v0" : "v1";
	const policy = { name, entrypoint, mode: dryRun ? "shadow" : "enforce", regoVersion } as const;
	const manifest = { path: `${name}/.manifest`, content: manifestText(old) };
	return {
		policy,
		files: [
			{ path: "sluice.yaml", content: configurationText(options, policy) },
			...files.map(({ path, content }) => ({ path: `${name}/${path}`, content })),
			...(descriptors === undefined ? [] : [{ path: DESCRIPTORS, content: descriptors }]),
			...(old.length > 0 && regoVersion === "v1" ? [manifest] : []),
		],
	};
}

/** Of a bundle whose files are of both versions. */
function manifestText(old: readonly string[]): string {
	const versions = Object.fromEntries(old.map((path) => [`/${path}`, 0]));
	return `${JSON.stringify({ rego_version: 1, file_rego_versions: versions }, null, 2)}\n`;
}

function configurationText(options: DraftOptions, policy: Draft["policy"]): string {
	const { settings, notes, from, descriptors } = options;
	const { name, entrypoint, mode, regoVersion } = policy;
	// The plugin takes a built-in that fails for one without a value.
	const asThePlugin = { failureMode: "deny", strictBuiltinErrors: false, deadline: "200ms" };
	const spec = { bundle: name, entrypoint, regoVersion, mode, ...asThePlugin };
	const documents: object[] = [document("Policy", name, spec)];
	const whole = {
		...(settings.dryRun && { default: "allow" }),
		...(descriptors !== undefined && { protoDescriptors: DESCRIPTORS }),
	};
	if (Object.keys(whole).length > 0) documents.push(document("Settings", "settings", whole));
	if (settings.logsToConsole) documents.push(document("Handler", "decisions", { adapter: "jsonlog" }));
	const comment = `${heading(from, notes).join("\n")}\n`
		.replaceAll(/^/gm, "# ")
		.replaceAll(/ +$/gm, "")
		.replace(/#$/, "");
	return `${comment}\n${documents.map((value) => stringify(value)).join("---\n")}`;
}

function document(kind: string, name: string, spec: object): object {
	return new Document({ apiVersion: API_VERSION, kind, metadata: { name }, spec });
}

function heading(from: string, notes: readonly Message[]): string[] {
	// The lists say what is a warning, and the file is known without the folder it was in.
	const told = (level: Message["level"]) =>
		notes
			.filter((each) => each.level === level)
			.map((each) => formatMessage({ ...each, level: "error", file: each.file === from ? basename(from) : each.file }));
	const [care, gone] = [told("warning"), told("info")];
	return [
		`Imported from OPA's Envoy plugin, ${JSON.stringify(basename(from))}. docs/from-ext-authz.md has every difference.`,
		"",
		"failureMode and deadline are what Envoy's ext_authz has as failure_mode_allow and as its service's timeout: OPA's",
		"configuration doesn't know them. These are ext_authz's own defaults.",
		...(care.length === 0 ? [] : ["", "To look after:", ...care.map((line) => `- ${line}`)]),
		...(gone.length === 0 ? [] : ["", "Nothing is to be done for:", ...gone.map((line) => `- ${line}`)]),
	];
}
