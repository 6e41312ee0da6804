import type { FieldPath } from "../../galley/field-path.ts";
import { entrypoint as entrypointRule } from "../../galley/kinds/names.ts";
import type { Message } from "../../galley/message.ts";
import { toMessage } from "../../galley/problem.ts";
import type { SourceDocument } from "../../galley/source-document.ts";

/** What of OPA's configuration has a counterpart. */
export interface PluginSettings {
	/** Where the plugin's own fields stand. */
	readonly section: FieldPath;
	readonly entrypoint: string;
	/** With dry-run the plugin lets everything pass. */
	readonly dryRun: boolean;
	readonly skipsBodies: boolean;
	/** As written: OPA takes it as relative to where it is started. */
	readonly protoDescriptor?: string;
	readonly logsToConsole: boolean;
	/** Files that `bundles` names by a file:// resource. */
	readonly bundleFiles: readonly string[];
}

/** Of opa-envoy-plugin. */
const DEFAULT_PATH = "envoy/authz/allow";

/** The plugin's own name, and the one that it still takes. */
const PLUGIN_NAMES = ["envoy_ext_authz_grpc", "envoy.ext_authz.grpc"] as const;

/** Reads them, or every fault. Names of fields count in any case, as Go's JSON has it. */
export function readPluginSettings(source: SourceDocument): { settings: PluginSettings; faults: readonly Message[] } {
	const faults: Message[] = [];
	const reader = new SettingsReader(source, faults);
	const plugin = reader.plugin();
	const protoDescriptor = reader.text([...plugin, "proto-descriptor"]);
	const settings: PluginSettings = {
		section: plugin,
		entrypoint: readEntrypoint(reader, plugin),
		dryRun: reader.boolean([...plugin, "dry-run"]),
		skipsBodies: reader.boolean([...plugin, "skip-request-body-parse"]),
		...(protoDescriptor !== undefined && { protoDescriptor }),
		logsToConsole: reader.boolean(["decision_logs", "console"]),
		bundleFiles: reader.names(["bundles"]).flatMap((name) => {
			const resource = reader.text(["bundles", name, "resource"]) ?? "";
			return /^file:\/\/(.+)$/.exec(resource)?.[1] ?? [];
		}),
	};
	return { settings, faults };
}

/** A rule by its path; the older `query` counts where it is such a path too. */
function readEntrypoint(reader: SettingsReader, plugin: FieldPath): string {
	const written = reader.text([...plugin, "path"]) ?? "";
	const query = reader.text([...plugin, "query"]) ?? "";
	if (written !== "" && query !== "") {
		reader.fault([...plugin, "query"], "path is given too: OPA refuses both, leave this one out");
	}
	const field = written === "" && query !== "" ? "query" : "path";
	const asked = field === "query" ? query.trim().replaceAll(".", "/") : written || DEFAULT_PATH;
	const segments = asked.split("/").filter((segment) => segment !== "");
	const path = (field === "query" && segments[0] === "data" ? segments.slice(1) : segments).join("/");
	const fault = entrypointRule.check(path);
	const hint =
		field === "query"
			? "a query other than data.PACKAGE.RULE has no counterpart: make it a rule and name it in path"
			: fault;
	if (fault !== undefined) reader.fault([...plugin, field], hint ?? fault);
	return path;
}

class SettingsReader {
	readonly #source: SourceDocument;
	readonly #faults: Message[];

	constructor(source: SourceDocument, faults: Message[]) {
		this.#source = source;
		this.#faults = faults;
	}

	fault(path: FieldPath, text: string): void {
		this.#faults.push(toMessage(this.#source, { code: "wrong_value", path, at: "value", text }));
	}

	plugin(): FieldPath {
		const found = this.names(["plugins"]).find((name) => PLUGIN_NAMES.some((known) => known === name.toLowerCase()));
		if (found === undefined) {
			const text = "holds no envoy_ext_authz_grpc: this is not the configuration of OPA's Envoy plugin";
			this.#faults.push(toMessage(this.#source, { code: "missing_field", path: ["plugins"], at: "key", text }));
		}
		return ["plugins", found ?? PLUGIN_NAMES[0]];
	}

	names(path: FieldPath): string[] {
		const { value } = this.#find(path);
		return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
	}

	boolean(path: FieldPath): boolean {
		const { value, at } = this.#find(path);
		if (value !== undefined && value !== null && typeof value !== "boolean") this.#wrongType(at, "true or false");
		return value === true;
	}

	text(path: FieldPath): string | undefined {
		const { value, at } = this.#find(path);
		if (value === undefined || value === null) return undefined;
		if (typeof value !== "string") this.#wrongType(at, "text");
		else if (/\$\{\w+\}/.test(value)) this.fault(at, "has a variable of OPA's environment: write its value");
		else return value;
		return undefined;
	}

	#wrongType(at: FieldPath, wanted: string): void {
		this.#faults.push(
			toMessage(this.#source, { code: "wrong_type", path: at, at: "value", text: `must be ${wanted}` }),
		);
	}

	/** The value, and the path in the person's own spelling. */
	#find(path: FieldPath): { value: unknown; at: FieldPath } {
		let value: unknown = this.#source.value;
		const at: (string | number)[] = [];
		for (const segment of path) {
			if (typeof value !== "object" || value === null) return { value: undefined, at: [...path] };
			const key = Object.keys(value).find((name) => name.toLowerCase() === String(segment).toLowerCase());
			at.push(key ?? segment);
			value = key === undefined ? undefined : Reflect.get(value, key);
		}
		return { value, at };
	}
}
