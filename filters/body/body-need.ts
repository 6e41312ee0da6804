import { Bag } from "../attributes/bag";
import { BodyType, bodyType } from "../attributes/body/body-type";
import { isMessageRead } from "../attributes/body/grpc/grpc-body";
import { BodyUse, Policy } from "../config/config";
import { Slice } from "../wire/slice";

/** How much of a request's body its policies wait for. */
export enum BodyNeed {
	/** Nothing: what they read of it is known without it. */
	None = 0,
	/** The first message of a gRPC call, which may go on for ever. */
	FirstMessage = 1,
	Whole = 2,
}

const type: Slice = new Slice();

/**
 * What some policies need of a request's body.
 *
 * @param readers a bit for each of them.
 */
export function bodyNeed(policies: Array<Policy>, readers: u64, bag: Bag): BodyNeed {
	if (readsBytes(policies, readers)) return BodyNeed.Whole;
	switch (bodyType(bag.requestHeaders, type)) {
		case BodyType.Grpc:
			if (isMessageRead(bag)) return BodyNeed.FirstMessage;
			break;
		case BodyType.Other:
			break;
		default:
			return BodyNeed.Whole;
	}
	// parsed_body is null whatever comes; only its length can matter.
	return asksWhetherTruncated(policies, readers) ? BodyNeed.Whole : BodyNeed.None;
}

/** Whether one of some policies reads the body's bytes, beside what is made of them. */
export function readsBytes(policies: Array<Policy>, readers: u64): bool {
	for (let i = 0; i < policies.length; i++) {
		if ((readers & ((<u64>1) << i)) != 0 && unchecked(policies[i]).inputs.readsRawBody) return true;
	}
	return false;
}

function asksWhetherTruncated(policies: Array<Policy>, readers: u64): bool {
	for (let i = 0; i < policies.length; i++) {
		if ((readers & ((<u64>1) << i)) != 0 && unchecked(policies[i]).inputs.readsTruncatedBody) return true;
	}
	return false;
}

/** Whether every enforcing policy that reads the body takes one that is truncated. */
export function takesTruncated(policies: Array<Policy>, enforced: u64): bool {
	for (let i = 0; i < policies.length; i++) {
		if ((enforced & ((<u64>1) << i)) == 0) continue;
		if (unchecked(policies[i]).body != BodyUse.Truncated) return false;
	}
	return true;
}
