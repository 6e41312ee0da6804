import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
	type DiscoveryRequest,
	DiscoveryRequestSchema,
	DiscoveryResponseSchema,
} from "../api/generated/envoy/service/discovery/v3/discovery_pb.js";
import { ALL, controlPlane, heldVersion, type Protocol } from "./protocol.ts";
import { encodedOnce } from "./publication.ts";
import type { Watch } from "./watch.ts";

/** The types of which asking for no name means asking for all. */
const WILDCARD_TYPES: ReadonlySet<string> = new Set([
	"type.googleapis.com/envoy.config.cluster.v3.Cluster",
	"type.googleapis.com/envoy.config.listener.v3.Listener",
]);

/** The part of a response that is the same for all streams: in protobuf, a message's parts may simply follow each other. */
const encodeResource = encodedOnce(({ resource }) =>
	toBinary(DiscoveryResponseSchema, create(DiscoveryResponseSchema, { resources: [resource] })),
);

/**
 * The state-of-the-world protocol: each request lists every name of its type, and accepts or refuses the last response.
 * A request is, in this order: the first of its type, which says what the proxy has; the end of a subscription, if it has
 * no names; outdated and ignored, if its nonce is not the last one, since the answer to a newer response will follow; else
 * an answer. Only names that are new to the subscription are answered again.
 */
export const sotw: Protocol<DiscoveryRequest> = {
	name: "sotw",
	decode: (bytes) => fromBinary(DiscoveryRequestSchema, bytes, { readUnknownFields: false }),
	encode({ typeUrl, nonce, resources }) {
		const versionInfo = resources[0]?.version ?? "";
		const head = create(DiscoveryResponseSchema, { versionInfo, typeUrl, nonce, controlPlane });
		return Buffer.concat([toBinary(DiscoveryResponseSchema, head), ...resources.map(encodeResource)]);
	},
	// While a first response is under way there is no nonce either: its answer brings the names again.
	startsAnew: (watch, { responseNonce }) => responseNonce === "" && !watch.isAwaitingAnswer,
	first(watch, { resourceNames, versionInfo }) {
		const held = heldVersion(versionInfo);
		if (resourceNames.length === 0 && WILDCARD_TYPES.has(watch.typeUrl)) watch.askForAll();
		for (const name of resourceNames) {
			if (name === ALL) watch.askForAll();
			else watch.subscription.add(name, held);
		}
		return new Map(held === undefined ? [] : resourceNames.map((name) => [name, held]));
	},
	again(watch, { responseNonce, resourceNames, errorDetail }) {
		const isLast = watch.isLast(responseNonce);
		const outcome = isLast ? watch.settle(errorDetail === undefined) : undefined;
		if (isLast || resourceNames.length === 0) changeNames(watch, new Set(resourceNames));
		return outcome;
	},
};

function changeNames(watch: Watch, names: ReadonlySet<string>): void {
	const { subscription, typeUrl } = watch;
	const staysAll = names.size === 0 && subscription.isToAll && WILDCARD_TYPES.has(typeUrl);
	if (names.has(ALL) || staysAll) {
		if (!subscription.isToAll) watch.askForAll();
	} else {
		subscription.removeAll();
		for (const name of subscription.names) if (!names.has(name)) subscription.remove(name);
		if (names.size === 0) watch.abandon();
	}
	const known = new Set(subscription.names);
	for (const name of names) if (name !== ALL && !known.has(name)) subscription.add(name);
}
