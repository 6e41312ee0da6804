import type { StreamCounters } from "./metrics.ts";
import type { StreamEvents, StreamFailure } from "./stream-events.ts";

/** Told what proxies say of revisions; `proxy` is the proxy's own `node.id`. */
export interface DiscoveryObserver {
	/** A proxy has opened a stream: it may have several. */
	readonly onConnect: (who: { proxy: string }) => void;
	/** One of its streams is over. */
	readonly onDisconnect: (who: { proxy: string }) => void;
	/**
	 * A proxy has taken a revision, or came back with it. It speaks for its main thread: its workers follow, or don't.
	 */
	readonly onAck: (ack: { proxy: string; revision: string }) => void;
	/** A proxy refuses a revision and keeps what it had. `detail`: the end of what it says, one line. */
	readonly onNack: (nack: { proxy: string; revision: string; detail: string }) => void;
	/** A proxy asks for a resource that it may not have. */
	readonly onDenial: (denial: { proxy: string; name: string }) => void;
	/** A stream was ended for what its proxy sent, for too many of them, or by a defect of ours. */
	readonly onFailure: (failure: StreamFailure) => void;
}

/** Hands a stream's events to observer and metrics. */
export function streamEvents(to: { observer: DiscoveryObserver; counters: StreamCounters }): StreamEvents {
	const { observer, counters } = to;
	return {
		onConnect: observer.onConnect,
		onDisconnect: observer.onDisconnect,
		onPush: counters.pushed,
		onAck(ack) {
			counters.accepted();
			observer.onAck(ack);
		},
		onReconnect: observer.onAck,
		onNack({ proxy, revision, detail }) {
			counters.refused();
			// An answer without the resource: refused, it says nothing about a revision.
			if (revision !== undefined) observer.onNack({ proxy, revision, detail });
		},
		onDenial: observer.onDenial,
		onFailure(failure) {
			counters.failed(failure.error.code);
			observer.onFailure(failure);
		},
	};
}
