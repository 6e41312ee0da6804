import { Plugin } from "./plugin";
import { Stream } from "./stream";

/** What the host's context numbers stand for. */
const plugins = new Map<u32, Plugin>();
const roots = new Map<u32, u32>();
const streams = new Map<u32, Stream>();
/** Streams to use again; as many as were ever alive at once, since memory never shrinks anyway. */
const idle = new Array<Stream>();

export function setPlugin(root: u32, plugin: Plugin): void {
	plugins.set(root, plugin);
}

/** The plugin of a root context; null where it was never configured. */
export function pluginOf(root: u32): Plugin | null {
	return plugins.has(root) ? plugins.get(root) : null;
}

/** The root of a stream's or connection's context; 0 where it is none. */
export function rootOf(id: u32): u32 {
	return roots.has(id) ? roots.get(id) : 0;
}

/** Notes a new context; a root's own parent is 0. */
export function contextCreated(id: u32, root: u32): void {
	if (root != 0) roots.set(id, root);
}

/** The stream of a context, made at its first callback; null for a root, a connection, or where the plugin was never configured. */
export function streamOf(id: u32): Stream | null {
	if (streams.has(id)) return streams.get(id);
	if (!roots.has(id)) return null;
	let plugin = pluginOf(roots.get(id));
	if (plugin === null || plugin.isTcp) return null;
	let stream = idle.length > 0 ? idle.pop() : new Stream();
	stream.begin(id, plugin);
	streams.set(id, stream);
	return stream;
}

/** The stream if it had a callback before. */
export function knownStream(id: u32): Stream | null {
	return streams.has(id) ? streams.get(id) : null;
}

export function contextDeleted(id: u32): void {
	roots.delete(id);
	plugins.delete(id);
	if (!streams.has(id)) return;
	let stream = streams.get(id);
	streams.delete(id);
	stream.end();
	idle.push(stream);
}

/** Streams that are not over. */
export function streamCount(): i32 {
	return streams.size;
}

/** Whether this VM ever had a stream. */
export function hadStream(): bool {
	return streams.size > 0 || idle.length > 0;
}
