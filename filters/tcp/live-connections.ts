import { Connection } from "./connection";

/** From one record of a connection to the next, as with Istio's Mixer. */
const PERIOD_NS: u64 = 10000000000;

/** The connections that were let through, who is due for a record first. As many as there are: they link themselves. */
@final
export class LiveConnections {
	private first: Connection | null = null;
	private last: Connection | null = null;

	/** A connection has had a record. */
	add(connection: Connection, nowNs: u64): void {
		connection.dueNs = nowNs + PERIOD_NS;
		let last = this.last;
		connection.liveBefore = last;
		connection.liveBehind = null;
		if (last === null) this.first = connection;
		else last.liveBehind = connection;
		this.last = connection;
	}

	/** A connection that was added ends, or has another record. */
	remove(connection: Connection): void {
		let before = connection.liveBefore;
		let behind = connection.liveBehind;
		if (before === null) this.first = behind;
		else before.liveBehind = behind;
		if (behind === null) this.last = before;
		else behind.liveBefore = before;
		connection.liveBefore = null;
		connection.liveBehind = null;
	}

	/** The connection that is due for a record by now; null where none is. */
	due(nowNs: u64): Connection | null {
		let first = this.first;
		return first !== null && first.dueNs <= nowNs ? first : null;
	}
}
