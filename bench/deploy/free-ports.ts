import { createServer, type Server } from "node:net";

/** Below those that Linux hands out by itself, from 32768 on: no client and no other server can be given one of these. */
const FIRST = 15_000;
const LAST = 32_000;

/** More tries than this fail on no machine that has a free port. */
const TRIES = 1000;

/**
 * Ports of 127.0.0.1 that were free a moment ago, all different. For programs that cannot report the port they chose:
 * until they listen, only another call of this can take it, which of 17,000 takes any.
 */
export async function freePorts(count: number, random = Math.random): Promise<readonly number[]> {
	const taken = new Map<number, Server>();
	for (let tries = 0; taken.size < count; tries++) {
		if (tries === TRIES) throw new Error(`no free port in ${TRIES} tries between ${FIRST} and ${LAST}`);
		const port = FIRST + Math.floor(random() * (LAST - FIRST));
		const server = await listen(port);
		if (server !== undefined) taken.set(port, server);
	}
	await Promise.all([...taken.values()].map((server) => new Promise((resolve) => server.close(resolve))));
	return [...taken.keys()];
}

/** A server on this port; undefined where it is taken. */
function listen(port: number): Promise<Server | undefined> {
	const server = createServer();
	return new Promise((resolve, reject) => {
		server.once("error", (error: NodeJS.ErrnoException) => {
			if (error.code === "EADDRINUSE") resolve(undefined);
			else reject(error);
		});
		server.listen(port, "127.0.0.1", () => resolve(server));
	});
}
