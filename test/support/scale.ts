/** How many requests a test makes: `quick` in `npm test`, `full` in `npm run campaign`. */
export function scaled(counts: { quick: number; full: number }): number {
	return process.env.SLUICE_CAMPAIGN === "1" ? counts.full : counts.quick;
}
