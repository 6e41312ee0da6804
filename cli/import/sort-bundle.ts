import type { Message } from "../../galley/message.ts";
import { MixerError } from "../../mixer/error.ts";
import { useOfFile } from "./bundle-file-names.ts";
import type { BundleFile } from "./read-bundle.ts";

/** What of the bundles is taken over. */
export interface SortedBundle {
	/** Rego and data, by their paths; no path twice. */
	readonly files: readonly BundleFile[];
	/** The manifests, by the bundle's own path. */
	readonly manifests: readonly BundleFile[];
	/** What is left out, and what a person should know of the rest. */
	readonly notes: readonly Message[];
}

/** Longest list of files in one message. */
const MAX_NAMED = 5;

/**
 * Takes apart what the bundles hold.
 *
 * @throws MixerError "invalid" where two give the same file, or none holds Rego.
 */
export function sortBundle(files: readonly BundleFile[]): SortedBundle {
	const of = (use: ReturnType<typeof useOfFile>) => files.filter(({ path }) => useOfFile(path) === use);
	const taken = of("taken");
	const faults = [...twice(taken), ...badNames(taken)];
	if (!taken.some(({ path }) => path.endsWith(".rego"))) faults.push(noRego(of("compiled")));
	if (faults.length > 0) throw new MixerError("invalid", faults.join("\n"));
	const notes = [
		...leftOut(of("other"), "is no Rego and no data.json or data.yaml, so it is left out"),
		...leftOut(of("compiled"), "is left out: it is compiled again from the Rego"),
		...leftOut(of("patch"), "a change to another bundle cannot be imported: import the whole bundle"),
		...leftOut(of("signatures"), "is not checked: check it before an import, by opa build --bundle --verification-key"),
		...taken.flatMap(systemPackage),
	];
	return { files: taken, manifests: of("manifest"), notes };
}

function twice(files: readonly BundleFile[]): string[] {
	const first = new Map<string, BundleFile>();
	return files.flatMap((file) => {
		const earlier = first.get(file.path);
		first.set(file.path, earlier ?? file);
		return earlier === undefined ? [] : [`${file.from}: ${earlier.from} has the same path in its bundle: rename one`];
	});
}

/** As the build would refuse them; said before anything is written. */
function badNames(files: readonly BundleFile[]): string[] {
	return files.flatMap(({ path, from }) =>
		path.includes(":") ? [`${from}: a colon in the name of a file or folder of a bundle: rename it`] : [],
	);
}

function noRego(compiled: readonly BundleFile[]): string {
	const [first] = compiled;
	if (first === undefined) return "the bundle holds no .rego file";
	return `the bundle holds no .rego file, only ${first.from}: build it with --target rego and import that`;
}

function leftOut(files: readonly BundleFile[], why: string): Message[] {
	const [first, ...rest] = files;
	if (first === undefined) return [];
	const named = rest.slice(0, MAX_NAMED).map(({ path }) => path);
	const unnamed = rest.length - named.length;
	const more = unnamed > 0 ? [...named, `${unnamed} more`] : named;
	return [note(first.path, more.length === 0 ? why : `${why}; the same of ${more.join(", ")}`)];
}

/** Packages that OPA itself asks, not the plugin. */
function systemPackage({ path, content }: BundleFile): Message[] {
	const name = /^[ \t]*package[ \t]+(system\.\w+)/m.exec(Buffer.from(content).toString("utf8"))?.[1];
	if (name === undefined || !path.endsWith(".rego")) return [];
	const instead =
		name === "system.log" ? "name what is secret in spec.redaction of Settings" : "there is no API of OPA's to guard";
	return [note(path, `package ${name} is taken over, but nothing asks it: ${instead}`)];
}

function note(file: string, text: string): Message {
	return { level: "warning", code: "no_counterpart", file, line: 0, column: 0, field: "", text };
}
