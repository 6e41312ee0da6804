import { Bag } from "../attributes/bag";
import { AttributeId } from "../attributes/generated/vocabulary";
import { Value } from "../attributes/value";
import { Config, Policy } from "../config/config";

const port = new Value();

/** The Policies that target a connection, a bit for each in the configuration's order, shadows too. */
export function policiesOfConnection(config: Config, bag: Bag): u64 {
	let listenerPort: i64 = bag.read(AttributeId.destination_port, port) ? port.integer : 0;
	let selected: u64 = 0;
	for (let i = 0; i < config.policies.length; i++) {
		if (isTargeted(unchecked(config.policies[i]), listenerPort)) selected |= (<u64>1) << i;
	}
	return selected;
}

function isTargeted(policy: Policy, listenerPort: i64): bool {
	for (let i = 0; i < policy.tcpTargets.length; i++) {
		let target = unchecked(policy.tcpTargets[i]);
		if (target.here && (target.listenerPort == 0 || target.listenerPort == listenerPort)) return true;
	}
	return false;
}
