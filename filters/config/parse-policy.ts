import { InputPlan } from "../attributes/input";
import { PLUS, writeDecoded } from "../attributes/percent";
import { linkedPolicy } from "../policy/linked/linked-policy";
import { Bytes } from "../wire/bytes";
import { Slice } from "../wire/slice";
import { BodyUse, Policy, Target } from "./config";
import { ObjectReader, readList, readText } from "./object-reader";

const MAX_TARGETS: i32 = 256;
const MAX_PATHS: i32 = 1024;
const MAX_SEGMENTS: i32 = 32;
const MAX_DEADLINE_MS: i64 = 60000;
const MAX_PORT: i64 = 65535;

/** One entry of `policies`; what is wrong with it is added to the reader's faults. */
export function parsePolicy(reader: ObjectReader, workload: string): Policy {
	let policy = new Policy();
	policy.name = Slice.of(reader.text("name"));
	policy.entrypoint = Slice.of(reader.text("entrypoint"));
	policy.inProxy = reader.choice("placement", "proxy", "mixer");
	policy.deterministic = reader.flag("deterministic");
	if (policy.inProxy) policy.linkedEntrypoint = linkedEntrypoint(reader, policy.entrypoint);
	policy.shadow = reader.choice("mode", "shadow", "enforce");
	policy.allowOnFailure = reader.choice("failureMode", "allow", "deny");
	policy.strictBuiltinErrors = reader.flag("strictBuiltinErrors");
	policy.deadlineMs = <u32>reader.integer("deadlineMs", 1, MAX_DEADLINE_MS);
	parseTargets(reader, workload, policy);
	parseInputs(reader, policy);
	policy.body = parseBody(reader, policy.inputs);
	reader.finish();
	return policy;
}

function linkedEntrypoint(reader: ObjectReader, name: Slice): i32 {
	let number = linkedPolicy.present ? linkedPolicy.entrypoint(name) : -1;
	if (number < 0) reader.faults.add(reader.at("entrypoint"), "is not in the policy linked into this module");
	return number;
}

function parseTargets(parent: ObjectReader, workload: string, policy: Policy): void {
	let nodes = parent.list("targets", MAX_TARGETS);
	if (nodes.length == 0) parent.faults.add(parent.at("targets"), "must name at least one target");
	for (let i = 0; i < nodes.length; i++) {
		let path = parent.at("targets") + "[" + i.toString() + "]";
		let reader = new ObjectReader(parent.document, nodes[i], path, parent.faults);
		let isTcp = reader.has("protocol") && reader.choice("protocol", "tcp", "http");
		(isTcp ? policy.tcpTargets : policy.targets).push(parseTarget(reader, workload, isTcp));
	}
}

function parseTarget(reader: ObjectReader, workload: string, isTcp: bool): Target {
	let target = new Target();
	if (reader.has("listenerPort")) target.listenerPort = <i32>reader.integer("listenerPort", 1, MAX_PORT);
	if (!isTcp && reader.has("host")) {
		let host = reader.text("host");
		target.hostIsSuffix = host.startsWith("*.");
		target.host = Slice.of(target.hostIsSuffix ? host.substring(1) : host);
	}
	if (!isTcp && reader.has("pathPrefix")) {
		let prefix = reader.text("pathPrefix");
		if (!prefix.startsWith("/")) reader.faults.add(reader.at("pathPrefix"), "must start with /");
		target.pathPrefix = Slice.of(prefix);
		target.decodedPrefix = decoded(Slice.of(prefix));
	}
	if (reader.has("workload")) target.here = reader.text("workload") == workload;
	reader.finish();
	return target;
}

function decoded(text: Slice): Slice {
	let out = new Bytes(max(text.size, 1), max(text.size, 1));
	writeDecoded(out, text.ptr, text.size, PLUS);
	let slice = new Slice();
	slice.set(out.ptr, out.size);
	return slice;
}

function parseBody(reader: ObjectReader, inputs: InputPlan): BodyUse {
	let use = reader.text("body");
	let reads = inputs.readsBody || inputs.readsTruncatedBody;
	if (use == "whole" && reads) return BodyUse.Whole;
	if (use == "truncated" && reads) return BodyUse.Truncated;
	let fits = use == "none" && !reads;
	if (!fits) reader.faults.add(reader.at("body"), 'must be "whole" or "truncated" where the body is read, else "none"');
	return BodyUse.None;
}

function parseInputs(parent: ObjectReader, policy: Policy): void {
	let paths = parent.list("inputs", MAX_PATHS);
	for (let i = 0; i < paths.length; i++) {
		let path = parent.at("inputs") + "[" + i.toString() + "]";
		let nodes = readList(parent.document, paths[i], MAX_SEGMENTS, path, parent.faults);
		let segments = new Array<string>();
		for (let j = 0; j < nodes.length; j++) segments.push(readText(parent.document, nodes[j], path, parent.faults));
		if (!policy.inputs.add(segments)) parent.faults.add(path, "is not a path of the input document");
	}
}
