import { InputPlan } from "../attributes/input";
import { Limits } from "../attributes/limits";
import { Redaction } from "../attributes/redaction";
import { Slice } from "../wire/slice";

/** More Policies than this in one configuration are refused: a request's selection is one bit each. */
export const MAX_POLICIES: i32 = 64;

/** Which requests a Policy is about; fields not given are null or 0 and match everything. */
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

@final
export class Policy {
	name: Slice = new Slice();
	entrypoint: Slice = new Slice();
	shadow: bool = false;
	/** failureMode: allow. */
	allowOnFailure: bool = false;
	deadlineMs: u32 = 0;
	targets: Array<Target> = new Array<Target>();
	/** What of the request it can read. */
	inputs: InputPlan = new InputPlan();
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
	limits: Limits = new Limits();
	redaction: Redaction = new Redaction();
	/** In the order of their names. */
	policies: Array<Policy> = new Array<Policy>();
	/** Attribute ids a record carries. */
	reportAttributes: Array<i32> = new Array<i32>();
}
