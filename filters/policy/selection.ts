import { Bag } from "../attributes/bag";
import { AttributeId } from "../attributes/generated/vocabulary";
import { Value } from "../attributes/value";
import { Config, Policy, Target } from "../config/config";
import { Slice } from "../wire/slice";

const SLASH: u8 = 0x2f;

/** Which Policies a request is about, a bit for each in the configuration's order. Reused from request to request. */
@final
export class Selection {
	enforced: u64 = 0;
	shadows: u64 = 0;
	/** Whether every reading of the path is targeted by an enforcing Policy. */
	targeted: bool = false;

	private host: Value = new Value();
	private path: Value = new Value();
	private segments: Value = new Value();
	private segment: Slice = new Slice();
	private port: i64 = 0;

	/**
	 * A path can be read in two ways: as it is forwarded, and as servers read it that drop ;parameters and decode
	 * (/a/..;/admin). A Policy is selected if its prefix matches either, and a request counts as targeted only if each
	 * way is, so that neither reading slips past the Policy meant for it.
	 */
	select(config: Config, bag: Bag): void {
		this.enforced = 0;
		this.shadows = 0;
		this.readRequest(config, bag);
		let asForwarded = false;
		let asServersRead = false;
		for (let i = 0; i < config.policies.length; i++) {
			let policy = unchecked(config.policies[i]);
			let literal = this.matchesAny(policy, false);
			let resolved = this.matchesAny(policy, true);
			if (!literal && !resolved) continue;
			if (policy.shadow) {
				this.shadows |= (<u64>1) << i;
				continue;
			}
			this.enforced |= (<u64>1) << i;
			asForwarded = asForwarded || literal;
			asServersRead = asServersRead || resolved;
		}
		this.targeted = asForwarded && asServersRead;
	}

	private readRequest(config: Config, bag: Bag): void {
		let value = this.host;
		this.port = config.targetsPorts && bag.read(AttributeId.destination_port, value) ? value.integer : 0;
		if (!config.targetsHosts || !bag.read(AttributeId.request_host, this.host)) this.host.text.set(0, 0);
		if (!config.targetsPaths || !bag.read(AttributeId.request_url_path, this.path)) this.path.text.set(0, 0);
		if (!config.targetsPaths || !bag.read(AttributeId.request_path_segments, this.segments)) this.segments.count = 0;
	}

	private matchesAny(policy: Policy, resolved: bool): bool {
		for (let i = 0; i < policy.targets.length; i++) {
			if (this.matches(unchecked(policy.targets[i]), resolved)) return true;
		}
		return false;
	}

	private matches(target: Target, resolved: bool): bool {
		if (!target.here) return false;
		if (target.listenerPort != 0 && target.listenerPort != this.port) return false;
		let host = target.host;
		if (host !== null && !this.hostMatches(host, target.hostIsSuffix)) return false;
		let prefix = target.pathPrefix;
		if (prefix === null) return true;
		return resolved ? this.segmentsMatch(target.decodedPrefix) : this.pathMatches(prefix);
	}

	private hostMatches(pattern: Slice, isSuffix: bool): bool {
		let host = this.host.text;
		if (!isSuffix) return host.equals(pattern.ptr, pattern.size);
		let rest = host.size - pattern.size;
		return rest > 0 && memory.compare(host.ptr + rest, pattern.ptr, pattern.size) == 0;
	}

	/** Whole segments of the path as forwarded: /admin matches /admin and /admin/x, not /administrator. */
	private pathMatches(prefix: Slice): bool {
		let path = this.path.text;
		let size = prefix.size;
		while (size > 0 && load<u8>(prefix.ptr + size - 1) == SLASH) size--;
		if (path.size < size || path.size == 0) return false;
		if (memory.compare(path.ptr, prefix.ptr, size) != 0) return false;
		return path.size == size || load<u8>(path.ptr + size) == SLASH;
	}

	/** The same over the decoded segments. */
	private segmentsMatch(prefix: Slice): bool {
		if (this.path.text.size == 0) return false;
		let index = 0;
		let start = 0;
		for (let end = 0; end <= prefix.size; end++) {
			if (end < prefix.size && load<u8>(prefix.ptr + end) != SLASH) continue;
			if (end > start) {
				if (index >= this.segments.count) return false;
				this.segments.valueAt(index++, this.segment);
				if (!this.segment.equals(prefix.ptr + start, end - start)) return false;
			}
			start = end + 1;
		}
		return true;
	}
}
