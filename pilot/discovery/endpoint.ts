import type { MethodDefinition } from "@grpc/grpc-js";
import { AggregatedDiscoveryService } from "../api/generated/envoy/service/discovery/v3/ads_pb.js";
import { ExtensionConfigDiscoveryService } from "../api/generated/envoy/service/extension/v3/config_discovery_pb.js";
import { delta } from "./delta.ts";
import type { AnyRequest, Protocol } from "./protocol.ts";
import { EXTENSION_CONFIG_TYPE } from "./publication.ts";
import { sotw } from "./sotw.ts";
import type { Answer } from "./watch.ts";

/** One method of a discovery service. */
export interface Endpoint<Request extends AnyRequest> {
	/** The filter's own service, or the aggregated one that carries every type. */
	readonly service: "ecds" | "ads";
	readonly path: string;
	readonly protocol: Protocol<Request>;
	/** What a request without a type is for; undefined where each must have one. */
	readonly defaultType: string | undefined;
}

const ecds = { service: "ecds", defaultType: EXTENSION_CONFIG_TYPE } as const;
const ads = { service: "ads", defaultType: undefined } as const;
const { typeName: ecdsName, method: ecdsMethod } = ExtensionConfigDiscoveryService;
const { typeName: adsName, method: adsMethod } = AggregatedDiscoveryService;

/** The methods that speak each protocol. */
export const endpoints = {
	sotw: [
		{ ...ecds, protocol: sotw, path: `/${ecdsName}/${ecdsMethod.streamExtensionConfigs.name}` },
		{ ...ads, protocol: sotw, path: `/${adsName}/${adsMethod.streamAggregatedResources.name}` },
	],
	delta: [
		{ ...ecds, protocol: delta, path: `/${ecdsName}/${ecdsMethod.deltaExtensionConfigs.name}` },
		{ ...ads, protocol: delta, path: `/${adsName}/${adsMethod.deltaAggregatedResources.name}` },
	],
} as const;

/** The services' names, as health checks ask for them. */
export const serviceNames: readonly string[] = [ecdsName, adsName];

/**
 * The gRPC definition of a method. Requests stay bytes, so that the stream decodes them itself; an answer is encoded when
 * it is sent, so that none waits in its encoded form.
 */
export function streamDefinition<Request extends AnyRequest>({
	path,
	protocol,
}: Endpoint<Request>): MethodDefinition<Buffer, Answer> {
	const identity = (bytes: Buffer) => bytes;
	return {
		path,
		requestStream: true,
		responseStream: true,
		requestSerialize: identity,
		requestDeserialize: identity,
		responseSerialize: (answer) => protocol.encode(answer),
		responseDeserialize: () => {
			throw new Error("a server reads no responses");
		},
	};
}
