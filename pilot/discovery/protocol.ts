import type { Node } from "../api/generated/envoy/config/core/v3/base_pb.js";
import type { Status } from "../api/generated/google/rpc/status_pb.js";
import type { Answer, Outcome, Watch } from "./watch.ts";

/** What requests of both protocols have. */
export interface AnyRequest {
	readonly typeUrl: string;
	/** On a stream's first request; later ones may leave it out. */
	readonly node?: Node | undefined;
	/** Why the last response is refused. */
	readonly errorDetail?: Status | undefined;
}

/** How a request changes what a stream asks for, and how a response is written: state of the world or delta. */
export interface Protocol<Request extends AnyRequest> {
	readonly name: "sotw" | "delta";
	/** @throws where the bytes are no such message. */
	decode(bytes: Uint8Array): Request;
	encode(answer: Answer): Buffer;
	/** Whether a request begins its type anew, though the stream has asked for it before. */
	startsAnew(watch: Watch, request: Request): boolean;
	/** Takes the first request of a type. Returns the versions that the proxy says it has, by name. */
	first(watch: Watch, request: Request): ReadonlyMap<string, string>;
	/** Takes a later one. Returns what it says of the last answer, if anything. */
	again(watch: Watch, request: Request): Outcome | undefined;
}

/** As a name: everything of the type. */
export const ALL = "*";

/** What Envoy shows as `control_plane.identifier`. */
export const controlPlane = { identifier: "sluice" };

/** Longest version that can be one of ours: an order, and 64 hexadecimal digits. */
const MAX_VERSION_LENGTH = 128;

/** A version that a proxy says it has; undefined for none, and for what was never a revision. */
export function heldVersion(version: string): string | undefined {
	return version === "" || version.length > MAX_VERSION_LENGTH ? undefined : version;
}
