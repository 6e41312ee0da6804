/** Runs one task at a time, in the order in which they are asked for. */
export class TaskLine {
	#last: Promise<unknown> = Promise.resolve();

	/** Returns what comes of the task, once those before it are over. */
	run<Result>(task: () => Promise<Result>): Promise<Result> {
		const result = this.#last.then(task);
		this.#last = result.catch(() => undefined);
		return result;
	}

	/** Returns when everything that was asked for so far is over. */
	async idle(): Promise<void> {
		await this.#last;
	}
}
