import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
	DeltaDiscoveryRequestSchema,
	DiscoveryRequestSchema,
} from "../../../pilot/api/generated/envoy/service/discovery/v3/discovery_pb.js";
import { delta } from "../../../pilot/discovery/delta.ts";
import type { AnyRequest } from "../../../pilot/discovery/protocol.ts";
import { EXTENSION_CONFIG_TYPE, type Publication, publication } from "../../../pilot/discovery/publication.ts";
import { servedCatalogue } from "../../../pilot/discovery/served-catalogue.ts";
import { Session, type SessionOptions } from "../../../pilot/discovery/session.ts";
import { sotw } from "../../../pilot/discovery/sotw.ts";
import type { Outcome } from "../../../pilot/discovery/watch.ts";
import { extensionConfig } from "../../../pilot/extension-config.ts";

/** An answer, in short. */
export interface Heard {
	readonly nonce: string;
	/** Of each resource its revision. */
	readonly revisions: readonly string[];
	readonly removed: readonly string[];
}

/** A small resource of a revision. */
export function smallPublication(revision: string, order?: number): Publication {
	const module = new TextEncoder().encode(revision);
	return publication(revision, extensionConfig({ module, pluginConfig: "{}", revision }), order);
}

/** A proxy's and a server's words on one stream, without the network. */
export class Conversation<Request extends AnyRequest, Init> {
	/** What the server has; undefined before anything is published. */
	revision: string | undefined = undefined;
	isAllowed = true;
	readonly #session: Session<Request>;
	readonly #request: (init: Init) => Request;

	constructor(options: Omit<SessionOptions<Request>, "catalogue">, request: (init: Init) => Request) {
		const catalogue = servedCatalogue({
			current: () => (this.revision === undefined ? undefined : smallPublication(this.revision)),
			isAllowed: () => this.isAllowed,
			isPatient: () => true,
		});
		this.#session = new Session({ ...options, catalogue });
		this.#request = request;
	}

	/** The proxy asks; what the server takes from it about the last answer. */
	ask(init: Init): Outcome | undefined {
		return this.#session.receive(this.#request(init));
	}

	/** What the server says next, if anything. */
	hear(): Heard | undefined {
		const answer = this.#session.next();
		return (
			answer && {
				nonce: answer.nonce,
				revisions: answer.resources.map(({ revision }) => revision),
				removed: answer.removed,
			}
		);
	}

	/** All that the server says now, whatever the type. */
	hearAll(): { type: string; revisions: readonly string[]; removed: readonly string[] }[] {
		const heard = [];
		for (let answer = this.#session.next(); answer !== undefined; answer = this.#session.next()) {
			const { typeUrl, resources, removed } = answer;
			heard.push({
				type: typeUrl.split(".").at(-1) ?? "",
				revisions: resources.map(({ revision }) => revision),
				removed,
			});
		}
		return heard;
	}
}

export function sotwConversation(service: "ecds" | "ads" = "ecds") {
	const request = (init: MessageInitShape<typeof DiscoveryRequestSchema>) => create(DiscoveryRequestSchema, init);
	return new Conversation({ protocol: sotw, defaultType: defaultType(service) }, request);
}

export function deltaConversation(service: "ecds" | "ads" = "ecds") {
	const request = (init: MessageInitShape<typeof DeltaDiscoveryRequestSchema>) =>
		create(DeltaDiscoveryRequestSchema, init);
	return new Conversation({ protocol: delta, defaultType: defaultType(service) }, request);
}

function defaultType(service: "ecds" | "ads"): string | undefined {
	return service === "ecds" ? EXTENSION_CONFIG_TYPE : undefined;
}
