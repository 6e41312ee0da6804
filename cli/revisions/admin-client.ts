import { AdminPort } from "../admin-port.ts";
import { ROLLBACK_PATH, type RollbackOutcome, STATUS_PATH } from "./policy-routes.ts";
import type { PolicyStatus } from "./policy-status.ts";
import { FOLLOW_MS } from "./spread.ts";

/** Longest wait for an answer, in milliseconds: a rollback is answered when its spread is known. */
const TIMEOUT_MS = FOLLOW_MS + 10_000;

/** Asks a server about its revisions. */
export class AdminClient {
	readonly #port: AdminPort;

	/** See AdminPort. */
	constructor(options: ConstructorParameters<typeof AdminPort>[0]) {
		this.#port = new AdminPort(options);
	}

	/**
	 * Who runs what.
	 *
	 * @throws MixerError "unavailable" where no server answers.
	 */
	async status(): Promise<PolicyStatus> {
		return await this.#port.ask<PolicyStatus>({ path: STATUS_PATH, needsToken: false, timeoutMs: TIMEOUT_MS });
	}

	/**
	 * Has a kept revision served again.
	 *
	 * @param beginning its first digits.
	 * @throws MixerError "unavailable" where no server answers, "invalid" with its reason where it refuses.
	 */
	async rollBack(beginning: string): Promise<RollbackOutcome> {
		const question = { path: ROLLBACK_PATH, body: { revision: beginning }, needsToken: true, timeoutMs: TIMEOUT_MS };
		return await this.#port.ask<RollbackOutcome>(question);
	}
}
