/** Whether the Mixer may be asked, and if not, why not. Parts report for themselves; all must be ready. */
export class Readiness {
	readonly #reasons = new Map<string, string>();
	readonly #listeners: ((ready: boolean) => void)[] = [];

	/** Every part is not ready at first. */
	constructor(parts: readonly string[]) {
		for (const part of parts) this.#reasons.set(part, `${part}: starting`);
	}

	setReady(part: string): void {
		this.#reasons.delete(part);
		this.#tell();
	}

	setNotReady(part: string, reason: string): void {
		this.#reasons.set(part, `${part}: ${reason}`);
		this.#tell();
	}

	/** Empty when ready; in the order in which the parts failed. */
	reasons(): readonly string[] {
		return [...this.#reasons.values()];
	}

	/** Calls at every report of a part, and once now. */
	onChange(listener: (ready: boolean) => void): void {
		this.#listeners.push(listener);
		listener(this.#reasons.size === 0);
	}

	#tell(): void {
		for (const listener of this.#listeners) listener(this.#reasons.size === 0);
	}
}
