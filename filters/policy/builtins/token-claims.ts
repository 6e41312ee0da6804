import { Bytes } from "../../wire/bytes";
import { writeJsonDouble } from "../../wire/json-double";
import { Slice } from "../../wire/slice";
import { fail, unavailable } from "./fault";
import { compareNumbers, takeDoubt } from "./rego-number";
import { RegoKind } from "./rego-tape";
import { TokenConstraints } from "./token-constraints";
import { TokenPart } from "./token-part";

/** What the constraints say of a token's claims. */
export enum ClaimCheck {
	Fine = 0,
	Refused = 1,
	Fault = 2,
}

const NS_PER_S: f64 = 1e9;

const now = new Bytes(32, 64);

/** Holds a payload's `iss`, `aud`, `exp` and `nbf` (RFC 7519, section 4.1) against the constraints, in OPA's order. */
export function checkClaims(payload: TokenPart, constraints: TokenConstraints): ClaimCheck {
	takeDoubt();
	const issuer = checkIssuer(payload, constraints.issuer);
	if (issuer != ClaimCheck.Fine) return issuer;
	if (!isForAudience(payload, constraints.audience)) return ClaimCheck.Refused;
	now.reset();
	writeJsonDouble(now, constraints.timeNs / NS_PER_S);
	const expiry = payload.member("exp");
	if (expiry >= 0) {
		if (!isNumber(payload, expiry)) return refuse("exp value must be a number");
		const order = compareToNow(payload, expiry);
		if (takeDoubt()) return doubtful();
		if (order <= 0) return ClaimCheck.Refused;
	}
	const start = payload.member("nbf");
	if (start < 0) return ClaimCheck.Fine;
	if (!isNumber(payload, start)) return refuse("nbf value must be a number");
	const order = compareToNow(payload, start);
	if (takeDoubt()) return doubtful();
	return order > 0 ? ClaimCheck.Refused : ClaimCheck.Fine;
}

function checkIssuer(payload: TokenPart, demanded: Slice): ClaimCheck {
	if (demanded.size == 0) return ClaimCheck.Fine;
	const issuer = payload.member("iss");
	if (issuer < 0) return ClaimCheck.Refused;
	const value = payload.values.at(issuer);
	if (value.kind != RegoKind.String) {
		unavailable("a token whose iss is no string is");
		return ClaimCheck.Fault;
	}
	return demanded.equals(value.ptr, value.size) ? ClaimCheck.Fine : ClaimCheck.Refused;
}

/** A token that is for somebody has to be for the one demanded, also where nobody is. */
function isForAudience(payload: TokenPart, demanded: Slice): bool {
	const audience = payload.member("aud");
	if (audience < 0) return demanded.size == 0;
	const values = payload.values;
	if (isText(payload, audience, demanded)) return true;
	if (values.at(audience).kind != RegoKind.Array) return false;
	for (let i = 0; i < values.at(audience).count; i++) {
		if (isText(payload, values.child(audience, i), demanded)) return true;
	}
	return false;
}

function isText(payload: TokenPart, node: i32, text: Slice): bool {
	const value = payload.values.at(node);
	return value.kind == RegoKind.String && text.equals(value.ptr, value.size);
}

function isNumber(payload: TokenPart, node: i32): bool {
	return payload.values.at(node).kind == RegoKind.Number;
}

/** Above 0 where a claim's time is still to come. */
function compareToNow(payload: TokenPart, node: i32): i32 {
	const value = payload.values.at(node);
	return compareNumbers(value.ptr, value.size, now.ptr, now.size);
}

function refuse(words: string): ClaimCheck {
	fail(words);
	return ClaimCheck.Fault;
}

function doubtful(): ClaimCheck {
	unavailable("comparing so exact a time is");
	return ClaimCheck.Fault;
}
