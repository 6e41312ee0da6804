/** What all VMs of one vm_id share. Give the same one to several fake hosts. */
export class SharedData {
	private readonly entries = new Map<string, { value: Uint8Array; cas: number }>();
	private lastCas = 0;

	get keys(): string[] {
		return [...this.entries.keys()];
	}

	get(key: string): { value: Uint8Array; cas: number } | undefined {
		return this.entries.get(key);
	}

	/** False: somebody else wrote since `cas`. As in Envoy, a stale `cas` on a missing key succeeds. */
	set(key: string, value: Uint8Array, cas = 0): boolean {
		const entry = this.entries.get(key);
		if (cas !== 0 && entry !== undefined && entry.cas !== cas) return false;
		this.lastCas++;
		this.entries.set(key, { value, cas: this.lastCas });
		return true;
	}
}
