/** Why a record was refused: the values of the metric's label `reason`. */
export type RejectReason =
	/** A name that is not in the vocabulary. */
	| "unknown_attribute"
	/** A value of another type than the vocabulary's. */
	| "wrong_type"
	/** One attribute twice. */
	| "repeated_attribute"
	/** An index beyond the dictionary. */
	| "bad_index"
	/** An address of another size than 4 or 16, an integer beyond 2^53, a map with more keys than values. */
	| "bad_value"
	/** Over a bound of limits.ts. */
	| "too_large";
