/** How a call of a built-in ended. */
export enum BuiltinResult {
	/** The result's text was written. */
	Ok = 0,
	/** No value. None of the built-ins here ends so: what OPA calls undefined by default is an error with OPA's words. */
	Undefined = 1,
	/** Wrong types, malformed input, or more than the proxy does: `builtinFault` says what. */
	Error = 2,
}
