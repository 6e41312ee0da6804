import { z } from "zod";

/** What is written beside a kept build, as kept.json. */
export const KeptRecord = z.object({
	version: z.literal(1),
	/** When the revision was decided on last, milliseconds since 1970: the one with the largest is in force. */
	order: z.int().min(0),
	/** When it was first in force, milliseconds since 1970. */
	keptMs: z.int().min(0),
	/** How long its build took. */
	buildMs: z.number().min(0),
	/** The names of its Policies. */
	policies: z.array(z.string()),
	/** Set by a rollback: the digest of the configuration's folder, which this revision goes before until it changes. */
	pinnedAgainst: z.string().exactOptional(),
});

export type KeptRecord = z.infer<typeof KeptRecord>;
