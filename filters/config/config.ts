import { GrpcTypes } from "../attributes/body/grpc/grpc-types";
import { InputPlan } from "../attributes/input";
import { Limits } from "../attributes/limits";
import { Redaction } from "../attributes/redaction";
import { Slice } from "../wire/slice";

/** More Policies than this in one configuration are refused: a request's selection is one bit each. */
export const MAX_POLICIES: i32 = 64;

/** Which requests or connections a Policy is about; fields not given are null or 0 and match everything. */
@final
export class Target {
	/** The port the client connected to; 0: any. */
	listenerPort: i32 = 0;
	/** Lower case; with `hostIsSuffix`, what follows the `*` (".example.com"). */
	host: Slice | null = null;
	hostIsSuffix: bool = false;
	/** As written, such as /books. */
	pathPrefix: Slice | null = null;
	/** The same with its percent-escapes decoded. */
	decodedPrefix: Slice = new Slice();
	/** False where the target names another workload than this Envoy's: it never matches here. */
	here: bool = true;
}

/** What a Policy does with a request's body. */
export enum BodyUse {
	/** It reads none of it. */
	None = 0,
	/** It reads the whole: a longer one than the limit is refused. */
	Whole = 1,
	/** It asks whether the body is truncated, so it takes one that is. */
	Truncated = 2,
}

@final
export class Policy {
	name: Slice = new Slice();
	entrypoint: Slice = new Slice();
	shadow: bool = false;
	/** Evaluated by the policy linked into this module; else by the Mixer. */
	inProxy: bool = false;
	/** OPA's number of the entrypoint in the linked policy. */
	linkedEntrypoint: i32 = -1;
	/** Its answers hold for a while: it reads neither time nor randomness. */
	deterministic: bool = false;
	/** Whether it needs the request's body, and what then happens to a body over the limit. */
	body: BodyUse = BodyUse.None;
	/** failureMode: allow. */
	allowOnFailure: bool = false;
	/** A built-in that fails denies; else it has no value. */
	strictBuiltinErrors: bool = true;
	deadlineMs: u32 = 0;
	/** Of requests. */
	targets: Array<Target> = new Array<Target>();
	/** Of TCP connections, by port and workload. */
	tcpTargets: Array<Target> = new Array<Target>();
	/** What of the request it can read. */
	inputs: InputPlan = new InputPlan();
}

/** When a request is charged for a quota. */
export enum ChargeAt {
	/** Before it, with the decision's amount. */
	Request = 0,
	/** After it, with what the response says. */
	Response = 1,
	/** Before it, corrected by what the response says. */
	Settle = 2,
}

/** What the proxy knows of a Quota: the limits are the Mixer's. */
@final
export class Quota {
	name: Slice = new Slice();
	shadow: bool = false;
	/** failureMode: allow. */
	allowOnFailure: bool = false;
	/** With that: what this Envoy lets pass of a key in a window. */
	localLimit: u64 = 0;
	windowMs: u64 = 0;
	/** Large enough to be leased: else each request is charged by a call of its own. */
	leased: bool = false;
	chargeAt: ChargeAt = ChargeAt.Request;
	/** The response header that says what is charged; null: the response's size. */
	chargeHeader: Slice | null = null;
	/** A response whose code is not below it costs nothing. */
	codeBelow: i32 = i32.MAX_VALUE;
}

/** What is kept of decisions. */
@final
export class CacheConfig {
	/** 0: nothing is kept. */
	entries: i32 = 0;
	bytes: i32 = 0;
	/** How long an allow holds that says nothing itself. */
	ttlMs: i64 = 0;
	/** How long a denial holds at most. */
	denialTtlMs: i64 = 0;
}

/** The plugin configuration, valid. */
@final
export class Config {
	revision: Slice = new Slice();
	/** The Mixer's cluster in Envoy. */
	cluster: string = "";
	/** What a request gets that no enforcing Policy targets. */
	allowByDefault: bool = false;
	decisionIdInResponses: bool = false;
	rateLimitInResponses: bool = false;
	limits: Limits = new Limits();
	/** Work that one evaluation in the proxy may take, in units (mixer/policy/link/link.ts). */
	fuel: i64 = 0;
	cache: CacheConfig = new CacheConfig();
	redaction: Redaction = new Redaction();
	/** How long a request's body may take to come, where a policy reads it. */
	bodyTimeoutMs: i64 = 0;
	/** With which gRPC messages are read; null without descriptors. */
	grpcTypes: GrpcTypes | null = null;
	/** What the targets look at: nothing else is read to select Policies. */
	targetsPorts: bool = false;
	targetsHosts: bool = false;
	targetsPaths: bool = false;
	/** In the order of their names. */
	policies: Array<Policy> = new Array<Policy>();
	/** In the order of their names. */
	quotas: Array<Quota> = new Array<Quota>();
	/** Attribute ids a record carries. */
	reportAttributes: Array<i32> = new Array<i32>();
	/** One of them needs the clock once more than a request does without. */
	timesCallouts: bool = false;
	/** A Telemetry makes spans: requests get one of their own in the trace they belong to. */
	makesSpans: bool = false;
	/** Whether a trace that a caller began goes on. */
	trustsCallers: bool = true;
	/** How many of a million are sampled where nobody has decided; with 0 no trace begins here. */
	sampledPerMillion: u32 = 0;
}
