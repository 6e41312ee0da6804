import type { PilotError } from "../error.ts";

/** A stream that this server ended. */
export interface StreamFailure {
	/** IP address and port of the proxy. */
	readonly peer: string;
	/** undefined: it has not said yet. */
	readonly proxy: string | undefined;
	readonly error: PilotError;
}

/** Told what happens on a stream. */
export interface StreamEvents {
	/** A proxy has said who it is. */
	readonly onConnect: (who: { proxy: string }) => void;
	/** The stream of a proxy that said so is over. */
	readonly onDisconnect: (who: { proxy: string }) => void;
	readonly onPush: () => void;
	readonly onAck: (ack: { proxy: string; revision: string }) => void;
	readonly onNack: (nack: { proxy: string; revision: string | undefined; detail: string }) => void;
	readonly onReconnect: (ack: { proxy: string; revision: string }) => void;
	readonly onDenial: (denial: { proxy: string; name: string }) => void;
	readonly onFailure: (failure: StreamFailure) => void;
}
