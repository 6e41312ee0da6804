/** What opa would answer and the Mixer doesn't: not supported, or over a bound that opa hasn't. */
export class UnsupportedError extends Error {}
