import { ATTRIBUTE_NAMES, AttributeId } from "../attributes/generated/vocabulary";

/** What only a request has. */
const REQUESTS: StaticArray<string> = ["request.", "response.", "route.", "trace."];
/** What only a connection has. */
const CONNECTIONS: StaticArray<string> = [
	"connection.event",
	"connection.received.",
	"connection.sent.",
	"connection.duration",
];

/** Of the attributes that records carry, those that a connection can have. */
export function attributesOfConnections(ids: Array<i32>): Array<i32> {
	let kept = new Array<i32>();
	for (let i = 0; i < ids.length; i++) {
		if (ids[i] == AttributeId.response_flags || !beginsWithAny(ids[i], REQUESTS)) kept.push(ids[i]);
	}
	return kept;
}

/** Those that a request can have: the others are not even looked for. */
export function attributesOfRequests(ids: Array<i32>): Array<i32> {
	let kept = new Array<i32>();
	for (let i = 0; i < ids.length; i++) {
		if (!beginsWithAny(ids[i], CONNECTIONS)) kept.push(ids[i]);
	}
	return kept;
}

function beginsWithAny(id: i32, beginnings: StaticArray<string>): bool {
	for (let i = 0; i < beginnings.length; i++) {
		if (ATTRIBUTE_NAMES[id].startsWith(beginnings[i])) return true;
	}
	return false;
}
