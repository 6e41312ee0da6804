import { Stats } from "../stats";
import { DecisionCache } from "./decision-cache";

/** Tells Envoy's stats what a VM's cache holds: as differences, since the VMs of all workers share them. */
@final
export class CacheReport {
	private entries: i32 = 0;
	private bytes: i32 = 0;
	private evicted: u64 = 0;
	private expired: u64 = 0;

	tell(cache: DecisionCache, stats: Stats): void {
		stats.cacheChanged(
			cache.entries - this.entries,
			cache.bytes - this.bytes,
			cache.evicted - this.evicted,
			cache.expired - this.expired,
		);
		this.entries = cache.entries;
		this.bytes = cache.bytes;
		this.evicted = cache.evicted;
		this.expired = cache.expired;
	}
}
