import { compareMessages, formatMessage, type Message } from "../../galley/message.ts";
import { toMessage } from "../../galley/problem.ts";
import type { RegoVersion } from "../../galley/snapshot.ts";
import type { SourceDocument } from "../../galley/source-document.ts";
import { MixerError } from "../../mixer/error.ts";
import { type Draft, draftFolder } from "./draft.ts";
import { opaConfiguration } from "./opa-fields.ts";
import { type PluginSettings, readPluginSettings } from "./plugin-settings.ts";
import { type BundleFile, readBundle } from "./read-bundle.ts";
import { readDescriptors } from "./read-descriptors.ts";
import { readOpaConfig } from "./read-opa-config.ts";
import { findRegoVersions } from "./rego-dialect.ts";
import { sortBundle } from "./sort-bundle.ts";
import { walkFields } from "./walk-fields.ts";
import { writeFolder } from "./write-folder.ts";

export interface ImportOptions {
	/** OPA's configuration file. */
	readonly config: string;
	/** Folders, archives or files; none for those that the configuration names as file://. */
	readonly bundles: readonly string[];
	readonly out: string;
	readonly force: boolean;
	/** What OPA is started with, where the person says so. */
	readonly regoVersion?: RegoVersion | undefined;
	/** Where the descriptors of gRPC messages are, if elsewhere than the configuration says. */
	readonly protoDescriptor?: string | undefined;
	readonly opa: string;
}

/** What became of it. */
export interface Imported {
	readonly policy: Draft["policy"];
	/** Their paths within the folder. */
	readonly files: readonly string[];
	/** What has no counterpart, is not known, or needs care. */
	readonly messages: readonly Message[];
}

/**
 * Turns the configuration of OPA's Envoy plugin and its bundle into a configuration's folder.
 *
 * @throws MixerError "invalid" with every fault of the step that failed; nothing is written then.
 */
export async function importOpaEnvoy(options: ImportOptions): Promise<Imported> {
	const source = await readOpaConfig(options.config);
	const { settings, faults } = readPluginSettings(source);
	if (faults.length > 0) throw new MixerError("invalid", faults.map(formatMessage).join("\n"));
	const bundles = await readBundles(options, settings);
	const { files, manifests, notes } = sortBundle(bundles.flat());
	const descriptors = await readDescriptors({ source, settings, file: options.protoDescriptor });
	const versions = new Map<string, RegoVersion>();
	for (const bundle of bundles) {
		const rego = bundle.filter(({ path }) => files.some((file) => file.path === path) && path.endsWith(".rego"));
		const manifest = manifests.find((each) => bundle.includes(each));
		const found = await findRegoVersions({ opa: options.opa, rego, manifest, otherwise: options.regoVersion });
		for (const [path, version] of found) versions.set(path, version);
	}
	const told = [
		...walkFields(source, opaConfiguration),
		...settingNotes(source, settings),
		...descriptors.notes,
		...notes,
	];
	const said = told.sort(compareMessages);
	const draft = draftFolder({
		from: options.config,
		settings,
		files,
		versions,
		descriptors: descriptors.content,
		notes: said,
	});
	const left = await writeFolder({ dir: options.out, draft, force: options.force });
	return { policy: draft.policy, files: draft.files.map(({ path }) => path), messages: [...said, ...left] };
}

async function readBundles({ bundles }: ImportOptions, { bundleFiles }: PluginSettings): Promise<BundleFile[][]> {
	const paths = bundles.length > 0 ? bundles : bundleFiles;
	if (paths.length === 0) {
		const text =
			"no bundle: --bundle names the folder, the bundle.tar.gz or the files of Rego and data that OPA is started with";
		throw new MixerError("invalid", text);
	}
	return Promise.all(paths.map(readBundle));
}

/** What is taken over, but not quite as it was. */
function settingNotes(source: SourceDocument, { section, dryRun, skipsBodies }: PluginSettings): Message[] {
	const note = (field: string, text: string) => {
		const path = [...section, field];
		return toMessage(source, { code: "no_counterpart", path, at: "key", text }, "warning");
	};
	const shadow =
		"is mode: shadow, and default: allow in Settings, so that every request passes; what an answer that allows would change, its headers for one, is not changed here";
	const bodies = "a policy that reads parsed_body has it here; one that does not never holds a body up";
	return [
		...(dryRun ? [note("dry-run", shadow)] : []),
		...(skipsBodies ? [note("skip-request-body-parse", bodies)] : []),
	];
}
