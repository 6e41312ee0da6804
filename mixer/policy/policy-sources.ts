import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Policy, RegoVersion, Snapshot } from "../../galley/snapshot.ts";
import { MixerError } from "../error.ts";
import type { GeneratedModule } from "./expired-policy.ts";
import { type RegoVersions, readRegoVersions } from "./rego-versions.ts";

/** Most files of one build; a folder chosen by mistake (a home, a checkout) is told instead of read. */
const MAX_FILES = 10_000;

/** A file of a bundle. `path` is relative to the configuration's folder, with slashes. */
export interface SourceFile {
	readonly path: string;
	/** The bundle as the Policy writes it. */
	readonly bundle: string;
	/** For data: the path below `data` where it goes, which is its folder within the bundle. */
	readonly prefix: readonly string[];
	/** Of Rego, its version. */
	readonly regoVersion: RegoVersion;
}

/** What the bundles of one configuration hold; other files are left alone, as in OPA's bundles. */
export interface PolicySources {
	/** *.rego but the tests. */
	readonly modules: readonly SourceFile[];
	/** *_test.rego. */
	readonly tests: readonly SourceFile[];
	/** data.json, data.yaml, data.yml. */
	readonly data: readonly SourceFile[];
	/** What the build adds to the modules. */
	readonly generated?: readonly GeneratedModule[];
}

/**
 * Finds the files of all Policies' bundles, sorted by path. Bundles share one namespace: a package belongs to one of
 * them, their data are merged (policy-data.ts), and none lies inside another.
 *
 * @throws MixerError "invalid" with every fault.
 */
export async function findPolicySources(snapshot: {
	readonly dir: Snapshot["dir"];
	readonly policies: readonly Pick<Policy, "bundle" | "bundleDir" | "regoVersion">[];
}): Promise<PolicySources> {
	const bundles = new Map(snapshot.policies.map((policy) => [policy.bundleDir, policy]));
	const nested = nestedBundles([...bundles].map(([dir, { bundle }]) => [dir, bundle]));
	if (nested.length > 0) throw new MixerError("invalid", nested.join("\n"));
	const files: SourceFile[] = [];
	for (const [bundleDir, { bundle, regoVersion }] of bundles) {
		const versionOf = await readRegoVersions({ bundleDir, bundle, otherwise: regoVersion });
		await collect({ root: snapshot.dir, bundleDir, bundle, versionOf, dir: bundleDir, files });
	}
	files.sort((a, b) => (a.path < b.path ? -1 : 1));
	const rego = files.filter((file) => file.path.endsWith(".rego"));
	const sources = {
		modules: rego.filter((file) => !file.path.endsWith("_test.rego")),
		tests: rego.filter((file) => file.path.endsWith("_test.rego")),
		data: files.filter((file) => !file.path.endsWith(".rego")),
	};
	const faults = [...badNames(files, sources.data), ...(await sharedPackages(snapshot.dir, rego))];
	if (faults.length > 0) throw new MixerError("invalid", faults.join("\n"));
	return sources;
}

interface Walk {
	readonly root: string;
	readonly bundleDir: string;
	readonly bundle: string;
	readonly versionOf: RegoVersions;
	readonly dir: string;
	readonly files: SourceFile[];
}

async function collect(walk: Walk): Promise<void> {
	for (const entry of await readdir(walk.dir, { withFileTypes: true })) {
		if (entry.name.startsWith(".")) continue;
		const path = join(walk.dir, entry.name);
		if (entry.isDirectory()) await collect({ ...walk, dir: path });
		else if (/\.rego$|^data\.(json|ya?ml)$/.test(entry.name) && (await stat(path)).isFile()) add(walk, path);
	}
}

function add(walk: Walk, path: string): void {
	if (walk.files.length === MAX_FILES) {
		throw new MixerError("invalid", `${walk.bundle}: more than ${MAX_FILES} files of Rego and data`);
	}
	const folder = relative(walk.bundleDir, walk.dir);
	const inBundle = relative(walk.bundleDir, path).split(sep).join("/");
	walk.files.push({
		path: relative(walk.root, path).split(sep).join("/"),
		bundle: walk.bundle,
		prefix: folder === "" ? [] : folder.split(sep),
		regoVersion: walk.versionOf(inBundle),
	});
}

function nestedBundles(bundles: readonly (readonly [dir: string, bundle: string])[]): string[] {
	return bundles.flatMap(([dir, bundle]) =>
		bundles
			.filter(([other]) => dir !== other && dir.startsWith(other.endsWith(sep) ? other : other + sep))
			.map(([, other]) => `bundle ${bundle} lies inside bundle ${other}: a file belongs to one bundle`),
	);
}

/** opa reads `prefix:path` where a path has a colon, and a dot in a prefix as a level. */
function badNames(files: readonly SourceFile[], data: readonly SourceFile[]): string[] {
	const colons = files.filter(({ path }) => path.includes(":"));
	const dots = data.filter(({ prefix }) => prefix.some((name) => name.includes(".")));
	return [
		...colons.map(({ path }) => `${path}: a colon in the name of a file or folder of a bundle`),
		...dots.map(({ path }) => `${path}: a dot in the name of a folder that holds data`),
	];
}

async function sharedPackages(root: string, rego: readonly SourceFile[]): Promise<string[]> {
	const owners = new Map<string, SourceFile>();
	const faults: string[] = [];
	for (const file of rego) {
		const name = /^[ \t]*package[ \t]+([^\s#]+)/m.exec(await readFile(join(root, file.path), "utf8"))?.[1] ?? "";
		const owner = owners.get(name) ?? file;
		owners.set(name, owner);
		if (owner.bundle === file.bundle) continue;
		faults.push(`${file.path}: package ${name} is in bundle ${owner.bundle} already (${owner.path})`);
	}
	return faults;
}
