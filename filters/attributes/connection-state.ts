import { Slice } from "../wire/slice";
import { FilterSource } from "./generated/vocabulary";
import { Value } from "./value";

/** Why a record of a connection is made; the names are those of connection.event, as Istio's Mixer had them. */
export enum ConnectionEvent {
	Open = 0,
	Continue = 1,
	Close = 2,
}

const EVENTS: StaticArray<Slice> = [Slice.of("open"), Slice.of("continue"), Slice.of("close")];

/** What the connection.* attributes read that only TCP has: set before each record. */
@final
export class ConnectionState {
	event: ConnectionEvent = ConnectionEvent.Open;
	/** Bytes from and to the client since the record before, and in all. */
	received: i64 = 0;
	receivedTotal: i64 = 0;
	sent: i64 = 0;
	sentTotal: i64 = 0;
	durationNs: i64 = 0;

	reset(): void {
		this.event = ConnectionEvent.Open;
		this.received = 0;
		this.receivedTotal = 0;
		this.sent = 0;
		this.sentTotal = 0;
		this.durationNs = 0;
	}

	/** Takes the totals at a record, from which what came since the one before follows. */
	take(event: ConnectionEvent, receivedTotal: i64, sentTotal: i64, durationNs: i64): void {
		this.event = event;
		this.received = receivedTotal - this.receivedTotal;
		this.receivedTotal = receivedTotal;
		this.sent = sentTotal - this.sentTotal;
		this.sentTotal = sentTotal;
		this.durationNs = durationNs;
	}
}

/** Reads one of them; false where the stream is no connection. */
export function readConnection(state: ConnectionState | null, source: FilterSource, out: Value): bool {
	if (state === null) return false;
	switch (source) {
		case FilterSource.ConnectionEvent: {
			let event = unchecked(EVENTS[state.event]);
			out.text.set(event.ptr, event.size);
			return true;
		}
		case FilterSource.ConnectionReceived:
			out.integer = state.received;
			return true;
		case FilterSource.ConnectionReceivedTotal:
			out.integer = state.receivedTotal;
			return true;
		case FilterSource.ConnectionSent:
			out.integer = state.sent;
			return true;
		case FilterSource.ConnectionSentTotal:
			out.integer = state.sentTotal;
			return true;
		case FilterSource.ConnectionDuration:
			out.integer = state.durationNs;
			return true;
		default:
			return false;
	}
}
