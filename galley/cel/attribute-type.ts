/** The types of attributes that expressions can read, by the vocabulary's words. */
export type AttributeType =
	| "string"
	| "int64"
	| "double"
	| "bool"
	| "bytes"
	| "ip"
	| "timestamp"
	| "duration"
	| "string_map"
	| "string_list"
	| "string_list_map";

/** Every attribute of records by its dotted name. */
export type Attributes = ReadonlyMap<string, AttributeType>;

/** What CEL calls them. An address is its text. */
export const CEL_TYPES: Readonly<Record<AttributeType, string>> = {
	string: "string",
	int64: "int",
	double: "double",
	bool: "bool",
	bytes: "bytes",
	ip: "string",
	timestamp: "google.protobuf.Timestamp",
	duration: "google.protobuf.Duration",
	string_map: "map<string, string>",
	string_list: "list<string>",
	string_list_map: "map<string, list<string>>",
};
