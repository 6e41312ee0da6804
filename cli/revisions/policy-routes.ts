import { z } from "zod";
import { MixerError } from "../../mixer/error.ts";
import { type AdminRoute, jsonAnswer } from "../../mixer/observe/admin-route.ts";
import type { PolicyStatus } from "./policy-status.ts";
import type { Spread } from "./revision-event.ts";
import { isAuthorized } from "./state/admin-token.ts";

export const STATUS_PATH = "/policy/status";
export const ROLLBACK_PATH = "/policy/rollback";

const RollbackRequest = z.strictObject({ revision: z.string().max(64) });

/** What came of a rollback. */
export interface RollbackOutcome {
	readonly from: string;
	readonly revision: string;
	/** How far it has come; null where it was in force already. */
	readonly spread: Spread | null;
}

export interface PolicyRoutesOptions {
	/** What its owner has to show to change what is served. */
	readonly token: string;
	readonly status: () => PolicyStatus;
	/** Rejects with a MixerError "invalid" where the beginning means no kept revision. */
	readonly rollBack: (beginning: string) => Promise<RollbackOutcome>;
}

/** What `sluice policy` asks of a server at its admin port: reading is free, as /metrics is; changing takes the token. */
export function policyRoutes(options: PolicyRoutesOptions): readonly AdminRoute[] {
	return [
		{ method: "GET", path: STATUS_PATH, handle: () => jsonAnswer(200, options.status()) },
		{
			method: "POST",
			path: ROLLBACK_PATH,
			handle: async ({ authorization, body }) => {
				if (!isAuthorized(authorization, options.token))
					return jsonAnswer(401, { error: "the token is missing or wrong" });
				const request = RollbackRequest.safeParse(parseJson(body));
				if (!request.success) return jsonAnswer(400, { error: 'the body must be {"revision": "…"}' });
				try {
					return jsonAnswer(200, await options.rollBack(request.data.revision));
				} catch (error) {
					if (error instanceof MixerError && error.code === "invalid") return jsonAnswer(409, { error: error.message });
					throw error;
				}
			},
		},
	];
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
