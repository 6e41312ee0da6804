import { ServerCredentials } from "@grpc/grpc-js";

/** Where all ports listen: none of them speaks TLS or asks who calls. */
export const HOST = "127.0.0.1";

/** How the Mixer's and the discovery server's ports are secured. */
export function portCredentials(): ServerCredentials {
	return ServerCredentials.createInsecure();
}
