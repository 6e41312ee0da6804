/** What a call into the host answers (WasmResult of proxy-wasm). */
export enum Status {
	Ok = 0,
	NotFound = 1,
	BadArgument = 2,
	SerializationFailure = 3,
	ParseFailure = 4,
	BadExpression = 5,
	InvalidMemoryAccess = 6,
	Empty = 7,
	CasMismatch = 8,
	ResultMismatch = 9,
	InternalFailure = 10,
	BrokenConnection = 11,
	Unimplemented = 12,
}
