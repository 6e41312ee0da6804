import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { Server } from "@grpc/grpc-js";
import { loadFileDescriptorSetFromBuffer, loadSync } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";
import { protoPath as healthProto } from "grpc-health-check";
import { file_mixer } from "../api/generated/mixer_pb.js";

/** Adds server reflection (v1 and v1alpha) for the Mixer's service and for health, from the descriptors at hand. */
export function addReflection(server: Server): void {
	const files = create(FileDescriptorSetSchema, { file: [file_mixer.proto] });
	const mixer = loadFileDescriptorSetFromBuffer(Buffer.from(toBinary(FileDescriptorSetSchema, files)));
	new ReflectionService({ ...loadSync(healthProto), ...mixer }).addToServer(server);
}
