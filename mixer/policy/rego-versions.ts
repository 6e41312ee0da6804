import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { RegoVersion } from "../../galley/snapshot.ts";
import { MixerError } from "../error.ts";

/** Largest manifest read: it names files and roots, and a bundle has at most 10,000 files. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

const version = z.union([z.literal(0), z.literal(1)], { error: "must be 0 or 1" });

const Manifest = z.looseObject({
	rego_version: version.optional(),
	file_rego_versions: z.record(z.string(), version).optional(),
});

/** The version of Rego that a file of a bundle is written in, by its path within the bundle. */
export type RegoVersions<Otherwise = RegoVersion> = (path: string) => RegoVersion | Otherwise;

/**
 * Reads from a bundle's `.manifest` which of its files are of which version. As OPA has it, what the manifest says goes
 * before what it is started with; where several patterns match a file, the first by name counts.
 *
 * @param otherwise of a bundle without a manifest, and of one that says nothing of versions.
 * @throws MixerError "invalid" where the manifest cannot be read.
 */
export async function readRegoVersions<Otherwise extends RegoVersion | undefined>(options: {
	bundleDir: string;
	/** The bundle's name in messages. */
	bundle: string;
	otherwise: Otherwise;
}): Promise<RegoVersions<Otherwise>> {
	const { bundleDir, bundle, otherwise } = options;
	const file = join(bundleDir, ".manifest");
	const found = await stat(file).catch(() => undefined);
	if (found === undefined) return () => otherwise;
	if (found.size > MAX_MANIFEST_BYTES) {
		throw new MixerError("invalid", `${bundle}/.manifest: ${found.size} bytes, at most ${MAX_MANIFEST_BYTES}`);
	}
	const manifest = parseManifest(await readFile(file, "utf8"), `${bundle}/.manifest`);
	const patterns = Object.entries(manifest.file_rego_versions ?? {})
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([pattern, number]) => ({ matches: compile(pattern, bundle), number }));
	return (path) => {
		const number = patterns.find(({ matches }) => matches.test(`/${path}`))?.number ?? manifest.rego_version;
		return number === undefined ? otherwise : number === 0 ? "v0" : "v1";
	};
}

function parseManifest(text: string, name: string): z.infer<typeof Manifest> {
	try {
		const result = Manifest.safeParse(JSON.parse(text));
		if (result.success) return result.data;
		const faults = result.error.issues.map(({ path, message }) => `${name}: ${path.join(".")} ${message}`);
		throw new MixerError("invalid", faults.join("\n"));
	} catch (error) {
		if (error instanceof MixerError) throw error;
		throw new MixerError("invalid", `${name}: is no JSON`, { cause: error });
	}
}

/** OPA's globs have no separators here: a star is any text, slashes too. */
function compile(pattern: string, bundle: string): RegExp {
	if (/[[\]{}\\]/.test(pattern)) {
		const known = "of patterns, * and ? are known: name the files";
		throw new MixerError("invalid", `${bundle}/.manifest: file_rego_versions ${JSON.stringify(pattern)}: ${known}`);
	}
	const escaped = pattern.replaceAll(/[.+^$()|]/g, "\\$&");
	return new RegExp(`^${escaped.replaceAll(/\*+/g, ".*").replaceAll("?", ".")}$`, "su");
}
