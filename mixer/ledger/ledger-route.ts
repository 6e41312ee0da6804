import { type AdminRoute, jsonAnswer } from "../observe/admin-route.ts";
import type { LedgerView } from "./whole-ledger.ts";

export const LEDGER_PATH = "/ledger";

/** The ledger at the admin port; reading it is free, as /metrics is. */
export function ledgerRoute(view: () => LedgerView): AdminRoute {
	return { method: "GET", path: LEDGER_PATH, handle: () => jsonAnswer(200, view()) };
}
