import { MixerError } from "../../mixer/error.ts";

/** One thing that was started. */
interface Step {
	readonly name: string;
	readonly end: () => Promise<void>;
	readonly kill: () => void;
}

/** What has been started, to be ended in the reverse order. */
export class Teardown {
	readonly #steps: Step[] = [];

	/** `name` is for a message should `end` fail; `kill` is for a person who doesn't want to wait for it. */
	add(name: string, end: () => Promise<void>, kill: () => void = () => {}): void {
		this.#steps.push({ name, end, kill });
	}

	/** Ends everything, each once. One that fails doesn't keep the others from ending; returns what failed. */
	async run(): Promise<readonly string[]> {
		const faults: string[] = [];
		for (let step = this.#steps.at(-1); step !== undefined; step = this.#steps.at(-1)) {
			try {
				await step.end();
			} catch (error) {
				faults.push(`stopping ${step.name}: ${MixerError.from(error).message}`);
			}
			this.#steps.pop();
		}
		return faults;
	}

	/** Ends at once what can be ended at once: child processes. */
	kill(): void {
		for (const step of this.#steps) step.kill();
	}
}
