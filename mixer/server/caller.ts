import type { PeerCertificate } from "node:tls";
import type { ServerUnaryCall } from "@grpc/grpc-js";

/** What a caller wants: decisions and quotas, or to hand in records and say that it is there. */
export type Use = "check" | "report";

/** The other end of a connection. */
export interface Caller {
	/**
	 * Why it may not use this; undefined where it may. The text is for the caller.
	 *
	 * @param proxy the proxy that it says it is; undefined where it has not said yet.
	 */
	refusal(use: Use, proxy: string | undefined): string | undefined;
	/** Whether it may draw on each of the quotas of a call, as the proxy that it says it is. */
	quotas(proxy: string): (quota: string) => boolean;
}

/** Who has shown this certificate, which the connection's TLS has verified; undefined without TLS. */
export type Recognise = (certificate: PeerCertificate | undefined) => Caller;

/** What is used of a gRPC call. */
export type ConnectedCall = Pick<ServerUnaryCall<Buffer, Buffer>, "getAuthContext">;

/** Knows the callers of a server, each connection's once: to read a certificate takes longer than to refuse its holder. */
export class Callers {
	readonly #recognise: Recognise;
	readonly #known = new WeakMap<object, Caller>();

	constructor(recognise: Recognise) {
		this.#recognise = recognise;
	}

	of(call: ConnectedCall): Caller {
		const connection = connectionOf(call);
		const known = connection && this.#known.get(connection);
		if (known !== undefined) return known;
		const caller = this.#recognise(call.getAuthContext().sslPeerCertificate);
		if (connection !== undefined) this.#known.set(connection, caller);
		return caller;
	}
}

/**
 * The HTTP/2 session of a call, if it stands where it does in this version of grpc-js, which has no name for it. It is
 * compared and nothing else, so where it is not found a caller is recognised at each call.
 */
function connectionOf(call: object): object | undefined {
	const session = fieldOf(fieldOf(fieldOf(call, "call"), "stream"), "session");
	return typeof session === "object" && session !== null ? session : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
	return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
