import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import {
	Adapter as AdapterService,
	type ConfigurationSchema,
	type Fault,
	ValidateRequestSchema,
	type ValidateResponse,
} from "../../api/generated/adapter_pb.js";
import { MixerError } from "../../error.ts";
import type { AdapterLogger } from "../adapter.ts";
import { escapeControls } from "../escape.ts";
import { CallFailed, type GrpcClient } from "./grpc-client.ts";
import { signalsOf } from "./grpc-signals.ts";

/** How long a configuration is held up by an adapter that is silent. */
const VALIDATE_MS = 3000;

/** Faults that are shown, and characters of each. */
const MAX_FAULTS = 20;
const MAX_FAULT_TEXT = 300;

/** Statuses by which an adapter is not there now, and may be later. */
const NOT_THERE: ReadonlySet<status> = new Set([
	status.UNAVAILABLE,
	status.DEADLINE_EXCEEDED,
	status.CANCELLED,
	status.RESOURCE_EXHAUSTED,
]);

/**
 * Asks the adapter whether a configuration works. One that cannot be asked is said in the log and asked when there is
 * something to deliver: a configuration can be loaded while it is down.
 *
 * @throws MixerError "invalid" naming every fault that it finds, or why it cannot be the adapter.
 */
export async function validate(
	client: GrpcClient,
	{ configuration, endpoint, logger }: ValidationOptions,
): Promise<void> {
	const request = toBinary(ValidateRequestSchema, create(ValidateRequestSchema, { configuration }));
	const { adapter, signals, faults } = await ask(client, request).catch((error: unknown) => {
		if (!(error instanceof CallFailed)) throw error;
		if (!NOT_THERE.has(error.code)) {
			throw new MixerError(
				"invalid",
				`config.endpoint: ${endpoint} is no adapter for this Mixer: ${shown(error.message)}`,
			);
		}
		logger.warn({ handler: configuration.handler, endpoint, err: error }, "the adapter cannot be asked now");
		return NOTHING_SAID;
	});
	if (faults.length > 0) throw new MixerError("invalid", faults.slice(0, MAX_FAULTS).map(faultText).join("; "));
	if (adapter === undefined) return;
	const takes = [...signalsOf(signals)];
	if (takes.length === 0) {
		throw new MixerError("invalid", `config.endpoint: ${endpoint}: the adapter ${shown(adapter)} takes no signal`);
	}
	logger.info({ handler: configuration.handler, endpoint, adapter: shown(adapter), takes }, "the adapter is there");
}

export interface ValidationOptions {
	readonly configuration: MessageInitShape<typeof ConfigurationSchema>;
	readonly endpoint: string;
	readonly logger: AdapterLogger;
}

const NOTHING_SAID = { adapter: undefined, signals: [], faults: [] };

function ask(client: GrpcClient, request: Uint8Array): Promise<ValidateResponse> {
	return client.call(AdapterService.method.validate, request, { withinMs: VALIDATE_MS, waits: false });
}

function faultText({ field, text }: Fault): string {
	const dot = field === "" || field.startsWith("[") ? "" : ".";
	return `config.settings${dot}${shown(field)}: ${shown(text)}`;
}

function shown(text: string): string {
	return escapeControls(text.slice(0, MAX_FAULT_TEXT));
}
