import { describeEvent, shortRevision } from "./describe-event.ts";
import type { RollbackOutcome } from "./policy-routes.ts";

/** What came of a rollback, for a person. */
export function describeRollback({ from, revision, spread }: RollbackOutcome): string {
	const cause = { rollback: true } as const;
	const what =
		spread === null
			? `policy ${shortRevision(revision)} is in force already`
			: describeEvent({ event: "live", from, revision, cause, spread });
	return `${what}\nit holds until the configuration changes\n`;
}
