/**
 * Characters of a number that is calculated with, and digits of its exponent. Beyond 288 digits OPA's module multiplies
 * wrong, beyond 5,000 it traps, which would end Envoy's VM (opa 1.22.2); sums of 1,300 digits are still right.
 */
export const MAX_NUMBER_CHARACTERS = 256;
export const MAX_EXPONENT_DIGITS = 3;

/** Where a number of OPA's decimal library (libmpdec's mpd_t) has its digits' count. */
export const DIGITS_OFFSET = 8;

/** What is said where a policy would calculate with more. */
export const NUMBER_TOO_LONG =
	"calculates with a number of more than 256 characters, or an exponent of more than three digits";
