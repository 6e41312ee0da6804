import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
	type DeltaDiscoveryRequest,
	DeltaDiscoveryRequestSchema,
	DeltaDiscoveryResponseSchema,
} from "../api/generated/envoy/service/discovery/v3/discovery_pb.js";
import { ALL, controlPlane, heldVersion, type Protocol } from "./protocol.ts";
import { encodedOnce } from "./publication.ts";

/** The part of a response that is the same for all streams: in protobuf, a message's parts may simply follow each other. */
const encodeResource = encodedOnce(({ name, version, resource }) => {
	const init = { resources: [{ name, version, resource }] };
	return toBinary(DeltaDiscoveryResponseSchema, create(DeltaDiscoveryResponseSchema, init));
});

/**
 * The incremental protocol: a request adds names to a subscription and takes names from it, whatever its nonce; with the
 * last nonce it also accepts or refuses the last response. A name that is asked for again is sent again. The first request
 * of a type says which versions the proxy has; without names it asks for all.
 */
export const delta: Protocol<DeltaDiscoveryRequest> = {
	name: "delta",
	decode: (bytes) => fromBinary(DeltaDiscoveryRequestSchema, bytes, { readUnknownFields: false }),
	encode({ typeUrl, nonce, resources, removed }) {
		const systemVersionInfo = resources[0]?.version ?? "";
		const removedResources = [...removed];
		const init = { systemVersionInfo, typeUrl, nonce, removedResources, controlPlane };
		const head = toBinary(DeltaDiscoveryResponseSchema, create(DeltaDiscoveryResponseSchema, init));
		return Buffer.concat([head, ...resources.map(encodeResource)]);
	},
	startsAnew: () => false,
	first(watch, { resourceNamesSubscribe: names, initialResourceVersions }) {
		const versions = Object.entries(initialResourceVersions);
		const held = new Map(versions.filter(([, version]) => heldVersion(version) !== undefined));
		for (const name of names) if (name !== ALL) watch.subscription.add(name, held.get(name));
		if (names.length === 0 || names.includes(ALL)) watch.askForAll(held);
		return held;
	},
	again(watch, request) {
		const isLast = watch.isLast(request.responseNonce);
		const outcome = isLast ? watch.settle(request.errorDetail === undefined) : undefined;
		for (const name of request.resourceNamesUnsubscribe) {
			if (name === ALL) watch.subscription.removeAll();
			else watch.subscription.remove(name);
		}
		for (const name of request.resourceNamesSubscribe) {
			if (name === ALL) watch.askForAll();
			else watch.subscription.add(name);
		}
		return outcome;
	},
};
