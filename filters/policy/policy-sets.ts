import { BodyUse, Policy } from "../config/config";

/** The Policies that are alike in something, a bit each in the order of the configuration. */
@final
export class PolicySets {
	/** Those that the Mixer evaluates. */
	remote: u64 = 0;
	/** Those whose answers never hold for another request. */
	volatile: u64 = 0;
	/** Those that never decide. */
	shadows: u64 = 0;
	/** Those that read the request's body, and those of them that take no truncated one. */
	bodyReaders: u64 = 0;
	wholeBodyReaders: u64 = 0;
	/** Those that read what a TLS handshake brings. */
	handshakeReaders: u64 = 0;

	constructor(policies: Array<Policy>) {
		for (let i = 0; i < policies.length; i++) {
			let policy = policies[i];
			let bit = (<u64>1) << i;
			if (!policy.inProxy) this.remote |= bit;
			if (!policy.deterministic) this.volatile |= bit;
			if (policy.shadow) this.shadows |= bit;
			if (policy.body != BodyUse.None) this.bodyReaders |= bit;
			if (policy.body == BodyUse.Whole) this.wholeBodyReaders |= bit;
			if (policy.inputs.readsHandshake) this.handshakeReaders |= bit;
		}
	}
}
