import { Bag } from "../../../filters/attributes/bag";
import { BodyStage } from "../../../filters/attributes/body/body-state";
import { releaseBody } from "../../../filters/attributes/body/body-values";
import { Dictionary } from "../../../filters/attributes/dictionary";
import { AttributeId } from "../../../filters/attributes/generated/vocabulary";
import { InputPlan, writeInput } from "../../../filters/attributes/input";
import { JsonWriter } from "../../../filters/attributes/json-value";
import { Limits } from "../../../filters/attributes/limits";
import { attributeByName } from "../../../filters/attributes/names";
import { indexName, writeAttribute } from "../../../filters/attributes/record";
import { Redaction } from "../../../filters/attributes/redaction";
import { requestIsValid } from "../../../filters/attributes/validity";
import { Value } from "../../../filters/attributes/value";
import { OutcomeKind, Placement } from "../../../filters/check/outcome";
import { Faults } from "../../../filters/config/faults";
import { ObjectReader } from "../../../filters/config/object-reader";
import { parseGrpcTypes } from "../../../filters/config/parse-grpc";
import { Bytes } from "../../../filters/wire/bytes";
import { JsonDocument } from "../../../filters/wire/json-reader";
import { beginMessage, endMessage } from "../../../filters/wire/protobuf-writer";
import { Slice } from "../../../filters/wire/slice";

export { malloc } from "../../../filters/host/memory";

/** sluice.mixer.v1.ReportRequest. */
const DICTIONARY: u32 = 4;
const RECORDS: u32 = 5;

const bag: Bag = new Bag();
const value: Value = new Value();
const json: JsonWriter = new JsonWriter();
const noLimits: Limits = new Limits();
const limits: Limits = new Limits();
const out: Bytes = new Bytes(1024, 1 << 26);
/** What the test hands over: texts. */
const argument: Bytes = new Bytes(1024, 1 << 26);

let plan: InputPlan = new InputPlan();
let path: Array<string> = [] as string[];
let redaction: Redaction = new Redaction();
let dictionary: Dictionary = new Dictionary(1, 1, 0);
let record: i32 = 0;

noLimits.inputBytes = i32.MAX_VALUE;

/** Where the test writes so many bytes. */
export function argumentAt(size: i32): usize {
	argument.reset();
	argument.reserve(size);
	argument.size = size;
	return argument.ptr;
}

function text(): string {
	return String.UTF8.decodeUnsafe(argument.ptr, argument.size);
}

export function resultAt(): usize {
	return out.ptr;
}

export function resultSize(): i32 {
	return out.size;
}

/** What can be read of the body from here on, until the release. */
export function setBody(stage: BodyStage, size: i32): void {
	bag.body.set(stage, size);
}

/** With which gRPC messages are read: what the argument says; the faults in it as the result. */
export function setGrpcTypes(): i32 {
	let document = new JsonDocument();
	let faults = new Faults();
	out.reset();
	if (!document.parse(argument.ptr, argument.size, 16)) return -1;
	bag.grpcTypes = parseGrpcTypes(new ObjectReader(document, document.root, "grpc", faults));
	for (let i = 0; i < faults.count; i++) out.text(faults.line(i) + "\n");
	return faults.count;
}

export function begin(): i32 {
	return bag.begin();
}

export function release(): void {
	bag.release();
}

export function isValid(): bool {
	return requestIsValid(bag);
}

export function newPlan(): void {
	plan = new InputPlan();
}

export function pathSegment(): void {
	path.push(text());
}

export function endPath(): bool {
	let known = plan.add(path);
	path = [] as string[];
	return known;
}

/** Ends a path in a plan of its own, which is then merged. */
export function mergePath(): bool {
	let other = new InputPlan();
	let known = other.add(path);
	path = [] as string[];
	plan.merge(other);
	return known;
}

export function setLimits(bytes: i32, depth: i32, keys: i32, digits: i32, body: i32): void {
	limits.inputBytes = bytes;
	limits.bodyBytes = body;
	limits.inputDepth = depth;
	limits.inputKeys = keys;
	limits.numberDigits = digits;
}

export function input(): i32 {
	let result = writeInput(plan, bag, limits, out);
	releaseBody();
	return result;
}

/** As one request after another. */
export function inputTimes(times: i32, stage: BodyStage, size: i32): i32 {
	let result = 0;
	for (let i = 0; i < times; i++) {
		bag.begin();
		bag.body.set(stage, size);
		result |= writeInput(plan, bag, limits, out);
		releaseBody();
		bag.release();
	}
	return result;
}

/** The attribute named in the argument as JSON; false where it is absent. */
export function attribute(): bool {
	out.reset();
	json.begin(out, noLimits);
	if (!bag.read(<AttributeId>attributeByName(text()), value)) return false;
	json.value(value);
	return true;
}

export function redactHeader(): void {
	redaction.addHeader(text());
}

export function redactParameter(): void {
	redaction.addQueryParameter(text());
}

export function newReport(maxStrings: i32, maxBytes: i32): void {
	redaction = new Redaction();
	dictionary = new Dictionary(maxStrings, maxBytes, 12345);
}

export function beginRecord(): void {
	out.reset();
	record = beginMessage(out, RECORDS);
}

export function reportAttribute(): i32 {
	let id = <AttributeId>attributeByName(text());
	return writeAttribute(bag, id, indexName(id, dictionary), dictionary, redaction, out);
}

export function endRecord(): void {
	endMessage(out, record);
	dictionary.write(out, DICTIONARY);
}

export function dictionaryIndex(): u32 {
	return dictionary.index(argument.ptr, argument.size);
}

export function dictionaryCount(): i32 {
	return dictionary.count;
}

export function dictionaryRewind(count: i32): void {
	dictionary.rewind(count);
}

export function recordTimes(id: i32, times: i32): void {
	for (let i = 0; i < times; i++) {
		bag.begin();
		out.reset();
		dictionary.reset();
		writeAttribute(bag, <AttributeId>id, indexName(<AttributeId>id, dictionary), dictionary, redaction, out);
		bag.release();
	}
}

/** The decision of the rows below: the argument is its id, policy, rule and reason alike. */
export function setOutcome(kind: OutcomeKind, allowed: bool, placement: Placement, durationNs: u32): void {
	let outcome = bag.outcome;
	outcome.reset();
	outcome.kind = kind;
	outcome.allowed = allowed;
	outcome.placement = placement;
	outcome.cached = true;
	outcome.durationNs = durationNs;
	outcome.id.raw(argument.ptr, argument.size);
	outcome.policy = Slice.of(text());
	outcome.rule.raw(argument.ptr, argument.size);
	outcome.reason.raw(argument.ptr, argument.size);
	outcome.revision = Slice.of("3f9a1c");
	outcome.shadow.text("b\0deny\0a\0allow\0");
}
