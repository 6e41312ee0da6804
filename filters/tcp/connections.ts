import { pluginOf, rootOf } from "../contexts";
import { Connection } from "./connection";

/** By context number. */
const connections = new Map<u32, Connection>();
/** Connections to use again; as many as were ever alive at once. */
const idle = new Array<Connection>();
let hadOne: bool = false;

/** The connection of a new context; null where its plugin was never configured or is not for connections. */
export function beginConnection(id: u32): Connection | null {
	let plugin = pluginOf(rootOf(id));
	if (plugin === null || !plugin.isTcp) return null;
	let connection = idle.length > 0 ? idle.pop() : new Connection();
	connection.begin(id, plugin);
	connections.set(id, connection);
	hadOne = true;
	return connection;
}

export function knownConnection(id: u32): Connection | null {
	return connections.has(id) ? connections.get(id) : null;
}

export function connectionDeleted(id: u32): void {
	if (!connections.has(id)) return;
	let connection = connections.get(id);
	connections.delete(id);
	connection.end();
	idle.push(connection);
}

/** Connections that are not over. */
export function connectionCount(): i32 {
	return connections.size;
}

/** Whether this VM ever had a connection. */
export function hadConnection(): bool {
	return hadOne;
}
