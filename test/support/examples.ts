import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testDescriptors } from "./grpc-descriptors.ts";
import { Mesh } from "./mesh.ts";
import { checkout } from "./programs.ts";

/** What of bodies is read, as test/testdata/from-ext-authz/sluice.yaml says it. */
export const BODY_BYTES = 4096;

/** Sluice alone, with the examples. */
export async function startExamples(files: Readonly<Record<string, string>>): Promise<Mesh> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-examples-"));
	try {
		const configuration = join(dir, "sluice");
		await writeExamples(configuration, files);
		return await Mesh.start({ configuration });
	} finally {
		await rm(dir, { recursive: true });
	}
}

/** Writes the examples of test/testdata/from-ext-authz, with files of Rego beside them, into a new folder. */
export async function writeExamples(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
	await mkdir(dir);
	await cp(join(checkout, "test/testdata/from-ext-authz"), dir, { recursive: true });
	await writeFile(join(dir, "protos/orders.binpb"), (await testDescriptors("from-ext-authz/protos")).bytes);
	for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
}
