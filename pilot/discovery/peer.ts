import { BlockList, isIP } from "node:net";
import type { PeerCertificate } from "node:tls";

/** The other end of a stream, as the connection knows it. */
export interface Peer {
	/** IP address and port. */
	readonly address: string;
	/** The certificate that the connection's TLS has verified; undefined without. */
	readonly certificate: PeerCertificate | undefined;
}

/** What a proxy says of itself. */
export interface ProxyNode {
	/** `node.id` of its configuration. */
	readonly id: string;
	/** `node.cluster` of its configuration. */
	readonly cluster: string;
}

/** Whether a proxy may have a resource. One that may not is told that there is none. Asked anew for each response. */
export type Authorize = (peer: Peer, node: ProxyNode, resourceName: string) => boolean;

/** Why a proxy may have no stream at all, in words for it; undefined where it may. */
export type Admit = (peer: Peer, node: ProxyNode) => string | undefined;

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Allows everything from this machine and nothing else: who calls is not known without TLS. */
export const onlyLoopback: Authorize = ({ address }) => {
	const host = address.slice(0, address.lastIndexOf(":"));
	const version = isIP(host);
	return version !== 0 && loopback.check(host, version === 6 ? "ipv6" : "ipv4");
};
