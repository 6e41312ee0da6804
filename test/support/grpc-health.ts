import assert from "node:assert/strict";
import type { Client, ServiceError } from "@grpc/grpc-js";
import { loadSync, type PackageDefinition } from "@grpc/proto-loader";
import { protoPath } from "grpc-health-check";

const health = loadSync(protoPath, { enums: String, defaults: true });

/** A method of grpc.health.v1.Health. */
export function healthMethod(name: "Check" | "Watch") {
	return serviceMethod(health, "grpc.health.v1.Health", name);
}

/** A method of a service in loaded definitions. */
export function serviceMethod(definitions: PackageDefinition, service: string, name: string) {
	const found = definitions[service];
	assert.ok(found !== undefined && !("format" in found));
	const method = found[name];
	assert.ok(method !== undefined);
	return method;
}

/** What a server says of a service's health, as JSON. Rejects with the call's error. */
export function askHealth(client: Client, service: string): Promise<string> {
	const { path, requestSerialize, responseDeserialize } = healthMethod("Check");
	return new Promise((resolve, reject) => {
		client.makeUnaryRequest(
			path,
			requestSerialize,
			responseDeserialize,
			{ service },
			(error: ServiceError | null, value) => {
				if (error === null) resolve(JSON.stringify(value));
				else reject(error);
			},
		);
	});
}
