import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testConfiguration } from "./configuration.ts";
import { testDescriptors } from "./grpc-descriptors.ts";
import { Mesh } from "./mesh.ts";

/** What a Policy of the configuration says it reads no further than, in bytes. */
export const BODY_BYTES = 65_536;

/**
 * A mesh with test/testdata/e2e/bodies, whose policies read bodies, and the descriptors of its services.
 *
 * @param limits what takes the place of its `limits`.
 */
export async function startBodyMesh(limits?: string): Promise<Mesh> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-bodies-"));
	try {
		await cp(testConfiguration("bodies"), dir, { recursive: true });
		await writeFile(join(dir, "protos/orders.binpb"), (await testDescriptors("e2e/bodies/protos")).bytes);
		if (limits !== undefined) {
			const file = join(dir, "sluice.yaml");
			await writeFile(file, (await readFile(file, "utf8")).replace(/limits: \{.*\}/, `limits: {${limits}}`));
		}
		return await Mesh.start({ configuration: dir });
	} finally {
		await rm(dir, { recursive: true });
	}
}

/** A body of so many bytes, 1 or at least 26, of which the test's policies say yes. */
export function adminBody(sizeBytes: number): string {
	if (sizeBytes === 1) return "1";
	const [head, tail] = ['{"role":"admin","text":"', '"}'];
	return head + "x".repeat(sizeBytes - head.length - tail.length) + tail;
}

/** What those policies count in it. */
export function textOf(sizeBytes: number): string {
	return String(Math.max(sizeBytes - adminBody(26).length, 0));
}
