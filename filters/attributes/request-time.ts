import { PropertyPath } from "../host/properties";
import { readValue } from "./properties";
import { Value } from "./value";

const SECOND: i64 = 1000000000;
const MICROSECOND: i64 = 1000;
const REQUEST_TIME: PropertyPath = PropertyPath.of("request.time");

/** attributes.request.time.seconds: of a google.protobuf.Timestamp, so rounded down before 1970. */
export function readRequestSeconds(out: Value): bool {
	if (!readValue(REQUEST_TIME, out)) return false;
	out.integer = (out.integer - nanos(out.integer)) / SECOND;
	return true;
}

/** attributes.request.time.nanos: ext_authz tells times in microseconds, and protobuf leaves out a 0. */
export function readRequestNanos(out: Value): bool {
	if (!readValue(REQUEST_TIME, out)) return false;
	let fraction = nanos(out.integer);
	out.integer = fraction - (fraction % MICROSECOND);
	return out.integer != 0;
}

function nanos(time: i64): i64 {
	let fraction = time % SECOND;
	return fraction < 0 ? fraction + SECOND : fraction;
}
