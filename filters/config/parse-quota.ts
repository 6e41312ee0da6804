import { Slice } from "../wire/slice";
import { ChargeAt, Quota } from "./config";
import { ObjectReader } from "./object-reader";

const MAX_WINDOW_MS: i64 = 30 * 24 * 3600 * 1000;
const MAX_LIMIT: i64 = 1000000000000000;
const RESPONSE_SIZE: string = "response.size";
const RESPONSE_HEADER: string = "response.headers.";

/** One entry of `quotas`; what is wrong with it is added to the reader's faults. */
export function parseQuota(reader: ObjectReader): Quota {
	let quota = new Quota();
	quota.name = Slice.of(reader.text("name"));
	quota.shadow = reader.choice("mode", "shadow", "enforce");
	quota.allowOnFailure = reader.choice("failureMode", "allow", "deny");
	quota.localLimit = reader.integer("localLimit", 0, MAX_LIMIT);
	quota.windowMs = reader.integer("windowMs", 1, MAX_WINDOW_MS);
	quota.leased = reader.flag("leased");
	let charge = reader.object("charge");
	if (charge !== null) parseCharge(charge, quota);
	reader.finish();
	return quota;
}

function parseCharge(reader: ObjectReader, quota: Quota): void {
	let at = reader.text("at");
	quota.chargeAt = at == "response" ? ChargeAt.Response : at == "settle" ? ChargeAt.Settle : ChargeAt.Request;
	if (quota.chargeAt == ChargeAt.Request && at != "request") {
		reader.faults.add(reader.at("at"), 'must be "request", "response" or "settle"');
	}
	if (quota.chargeAt != ChargeAt.Request) {
		let amount = reader.text("amount");
		if (amount.startsWith(RESPONSE_HEADER)) quota.chargeHeader = Slice.of(amount.substring(RESPONSE_HEADER.length));
		else if (amount != RESPONSE_SIZE) {
			reader.faults.add(reader.at("amount"), 'must be "response.size" or "response.headers." and a name');
		}
		if (reader.has("codeBelow")) quota.codeBelow = <i32>reader.integer("codeBelow", 100, 600);
	}
	reader.finish();
}
