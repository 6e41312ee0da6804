import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createFileRegistry, type DescMessage, type FileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { checkout } from "./programs.ts";

/** The services of a test. */
export interface TestDescriptors {
	/** A binary FileDescriptorSet. */
	readonly bytes: Uint8Array;
	readonly registry: FileRegistry;
}

/** Compiles the .proto files of a folder below test/testdata. */
export async function testDescriptors(folder = "grpc"): Promise<TestDescriptors> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-grpc-"));
	try {
		const out = join(dir, "set.binpb");
		const buf = join(checkout, "node_modules/.bin/buf");
		const args = ["build", join(checkout, "test/testdata", folder), "--as-file-descriptor-set", "-o", out];
		await promisify(execFile)(buf, args);
		const bytes = await readFile(out);
		return { bytes, registry: createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes)) };
	} finally {
		await rm(dir, { recursive: true });
	}
}

/** A message's descriptor by its full name. */
export function messageOf({ registry }: TestDescriptors, name: string): DescMessage {
	const found = registry.getMessage(name);
	if (found === undefined) throw new Error(`there is no message ${name}`);
	return found;
}

/** A message as gRPC sends it: uncompressed, its size before it. */
export function grpcFrame(message: Uint8Array, size: number = message.length): Uint8Array {
	const head = Buffer.alloc(5);
	head.writeUInt32BE(size, 1);
	return Buffer.concat([head, message]);
}
