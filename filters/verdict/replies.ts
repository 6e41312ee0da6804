import { OutcomeKind } from "../check/outcome";
import { HeaderList } from "../host/header-list";
import { HeaderMap, replaceHeader } from "../host/headers";
import { NO_GRPC_STATUS, sendLocalResponse } from "../host/stream";
import { Decision } from "../policy/decision";
import { OperationKind, Operations } from "../policy/operations";
import { RateLimitFields, secondsUntil } from "../quota/rate-limit-fields";
import { Bytes } from "../wire/bytes";
import { writeJsonInt } from "../wire/json-writer";
import { Slice } from "../wire/slice";

const DECISION_ID = Slice.of("x-sluice-decision-id");
const CONTENT_TYPE = Slice.of("content-type");
const TEXT = Slice.of("text/plain; charset=utf-8");

const RETRY_AFTER = Slice.of("retry-after");
const RATE_LIMIT = Slice.of("ratelimit");
const RATE_LIMIT_POLICY = Slice.of("ratelimit-policy");

const DENIED = Slice.of("sluice_denied");
const QUOTA = Slice.of("sluice_quota");
const POLICY_ERROR = Slice.of("sluice_policy_error");
const BAD_INPUT = Slice.of("sluice_bad_input");
const UNAVAILABLE = Slice.of("sluice_unavailable");
const INTERNAL_ERROR = Slice.of("sluice_internal_error");

const NO_POLICY_TEXT = Slice.of("no policy allows this request\n");
const QUOTA_TEXT = Slice.of("the quota of this request is used up\n");
const POLICY_ERROR_TEXT = Slice.of("the policy failed on this request\n");
const BAD_INPUT_TEXT = Slice.of(
	"the request cannot be decided on: its path, host, headers or body are malformed or too large\n",
);
const UNAVAILABLE_TEXT = Slice.of("no decision could be had in time\n");
const INTERNAL_ERROR_TEXT = Slice.of("the request could not be processed\n");

const BODY_TOO_LARGE = Slice.of("sluice_body_too_large");
const BODY_TIMEOUT = Slice.of("sluice_body_timeout");
const BODY_TOO_LARGE_TEXT = Slice.of("the request cannot be decided on: its body is too large\n");
const BODY_TIMEOUT_TEXT = Slice.of("the request cannot be decided on: its body did not come in time\n");

/** gRPC's own words for it; Envoy would make UNKNOWN of them. */
const RESOURCE_EXHAUSTED: i32 = 8;
const DEADLINE_EXCEEDED: i32 = 4;

/** What is wrong with a body that policies read. */
export enum BodyFault {
	/** It is longer than the limit. */
	TooLarge = 0,
	/** It took longer than it may. */
	Late = 1,
}

const headers = new HeaderList();
const seconds = new Bytes(20, 20);
const quotaBody = new Slice();

/** Answers the selected stream with what a policy's denial says. */
export function replyDenied(decision: Decision, operations: Operations, id: Bytes): void {
	headers.reset();
	operations.rewind();
	let typed = false;
	while (operations.next()) {
		if (operations.kind != OperationKind.DenialHeader) continue;
		let name = operations.name;
		typed = typed || CONTENT_TYPE.equals(name.ptr, name.size);
		headers.add(name.ptr, name.size, operations.value.ptr, operations.value.size);
	}
	if (!typed && decision.body.size > 0) headers.add(CONTENT_TYPE.ptr, CONTENT_TYPE.size, TEXT.ptr, TEXT.size);
	headers.add(DECISION_ID.ptr, DECISION_ID.size, id.ptr, id.size);
	send(decision.status, DENIED, decision.body.ptr, decision.body.size);
}

/** Answers the selected stream where no decision says how: nothing targets it, or something failed. */
export function replyFixed(kind: OutcomeKind, id: Bytes): void {
	beginFixed(id);
	switch (kind) {
		case OutcomeKind.Denied:
			return send(403, DENIED, NO_POLICY_TEXT.ptr, NO_POLICY_TEXT.size);
		case OutcomeKind.PolicyError:
			return send(403, POLICY_ERROR, POLICY_ERROR_TEXT.ptr, POLICY_ERROR_TEXT.size);
		case OutcomeKind.BadInput:
			return send(400, BAD_INPUT, BAD_INPUT_TEXT.ptr, BAD_INPUT_TEXT.size);
		case OutcomeKind.Unavailable:
			return send(503, UNAVAILABLE, UNAVAILABLE_TEXT.ptr, UNAVAILABLE_TEXT.size);
		default:
			return send(503, INTERNAL_ERROR, INTERNAL_ERROR_TEXT.ptr, INTERNAL_ERROR_TEXT.size);
	}
}

/** Answers the selected stream where policies would have to read a body that can't be had. */
export function replyBodyFault(fault: BodyFault, id: Bytes): void {
	beginFixed(id);
	if (fault == BodyFault.Late) {
		send(408, BODY_TIMEOUT, BODY_TIMEOUT_TEXT.ptr, BODY_TIMEOUT_TEXT.size, DEADLINE_EXCEEDED);
	} else {
		send(413, BODY_TOO_LARGE, BODY_TOO_LARGE_TEXT.ptr, BODY_TOO_LARGE_TEXT.size, RESOURCE_EXHAUSTED);
	}
}

/**
 * Answers the selected stream where a quota refuses it, with what the decisions say of that.
 *
 * @param retryAtNs when it would be granted; 0: never.
 */
export function replyQuotaDenied(
	operations: Operations,
	fields: RateLimitFields,
	retryAtNs: u64,
	nowNs: u64,
	id: Bytes,
): void {
	headers.reset();
	quotaBody.set(QUOTA_TEXT.ptr, QUOTA_TEXT.size);
	let hasBody = false;
	let typed = false;
	operations.rewind();
	while (operations.next()) {
		let name = operations.name;
		let value = operations.value;
		if (operations.kind == OperationKind.QuotaBody && !hasBody) {
			hasBody = true;
			quotaBody.set(value.ptr, value.size);
		}
		if (operations.kind != OperationKind.QuotaHeader) continue;
		typed = typed || CONTENT_TYPE.equals(name.ptr, name.size);
		headers.add(name.ptr, name.size, value.ptr, value.size);
	}
	if (!typed && quotaBody.size > 0) headers.add(CONTENT_TYPE.ptr, CONTENT_TYPE.size, TEXT.ptr, TEXT.size);
	if (retryAtNs != 0) {
		seconds.reset();
		writeJsonInt(seconds, max<i64>(<i64>secondsUntil(retryAtNs, nowNs), 1));
		headers.add(RETRY_AFTER.ptr, RETRY_AFTER.size, seconds.ptr, seconds.size);
	}
	if (fields.limit.size > 0) {
		headers.add(RATE_LIMIT_POLICY.ptr, RATE_LIMIT_POLICY.size, fields.policy.ptr, fields.policy.size);
		headers.add(RATE_LIMIT.ptr, RATE_LIMIT.size, fields.limit.ptr, fields.limit.size);
	}
	headers.add(DECISION_ID.ptr, DECISION_ID.size, id.ptr, id.size);
	sendLocalResponse(429, QUOTA, quotaBody.ptr, quotaBody.size, headers, RESOURCE_EXHAUSTED);
}

/** Says in an allowed response what is left of its quotas. */
export function addRateLimit(fields: RateLimitFields): void {
	if (fields.limit.size == 0) return;
	let policy = fields.policy;
	let limit = fields.limit;
	replaceHeader(HeaderMap.Response, RATE_LIMIT_POLICY.ptr, RATE_LIMIT_POLICY.size, policy.ptr, policy.size);
	replaceHeader(HeaderMap.Response, RATE_LIMIT.ptr, RATE_LIMIT.size, limit.ptr, limit.size);
}

function beginFixed(id: Bytes): void {
	headers.reset();
	headers.add(CONTENT_TYPE.ptr, CONTENT_TYPE.size, TEXT.ptr, TEXT.size);
	headers.add(DECISION_ID.ptr, DECISION_ID.size, id.ptr, id.size);
}

/** Gives an allowed response its decision's id. */
export function decisionIdHeader(): Slice {
	return DECISION_ID;
}

function send(status: u32, details: Slice, body: usize, bodySize: i32, grpcStatus: i32 = NO_GRPC_STATUS): void {
	sendLocalResponse(status, details, body, bodySize, headers, grpcStatus);
}
