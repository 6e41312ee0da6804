import { Bytes } from "../wire/bytes";
import { writeJsonString } from "../wire/json-writer";
import { Slice } from "../wire/slice";
import { Bag } from "./bag";
import {
	ATTRIBUTE_TYPES,
	AttributeId,
	INPUT_ATTRIBUTES,
	INPUT_ENDS,
	INPUT_NAMES,
	ValueType,
} from "./generated/vocabulary";
import { InputPlan, isBodyPart, Want } from "./input";
import { JsonProjection } from "./json-projection";
import { JsonWriter } from "./json-value";
import { Limits } from "./limits";
import { Redacted } from "./redacted";
import { Redaction } from "./redaction";
import { Value } from "./value";

/** By node: its name as a JSON key with its colon. */
const KEYS: StaticArray<Slice> = makeKeys();

/** Walks the input document's tree beside a plan. One for the VM: it holds nothing between requests. */
@final
export class InputWriter {
	private value: Value = new Value();
	private json: JsonWriter = new JsonWriter();
	private projection: JsonProjection = new JsonProjection();
	private redacted: Redacted = new Redacted();
	private redaction: Redaction | null = null;

	/** False where a limit is passed. */
	write(plan: InputPlan, bag: Bag, limits: Limits, out: Bytes): bool {
		out.reset();
		this.json.begin(out, limits, plan.readsBody ? limits.largestInputBytes : limits.inputBytes);
		this.writeObject(0, plan, bag);
		return this.json.withinLimits();
	}

	/** The same for a record: redacted, and without the body, which is not there any more. */
	writeRedacted(plan: InputPlan, bag: Bag, limits: Limits, redaction: Redaction, maxBytes: i32, out: Bytes): bool {
		out.reset();
		this.redaction = redaction;
		this.json.begin(out, limits, maxBytes);
		this.json.redact(this.redacted);
		this.writeObject(0, plan, bag);
		this.redaction = null;
		return this.json.withinLimits();
	}

	private writeObject(node: i32, plan: InputPlan, bag: Bag): void {
		let json = this.json;
		json.open();
		let end = unchecked(INPUT_ENDS[node]);
		let keys = 0;
		for (let child = node + 1; child < end && json.withinLimits(); child = unchecked(INPUT_ENDS[child])) {
			if (plan.want(child) != Want.Nothing && this.writeMember(child, keys, plan, bag)) keys++;
		}
		json.close(keys);
	}

	/** Writes key and value, if there is a value. */
	private writeMember(node: i32, keysBefore: i32, plan: InputPlan, bag: Bag): bool {
		let attribute = unchecked(INPUT_ATTRIBUTES[node]);
		let redaction = this.redaction;
		if (redaction !== null) {
			if (isBodyPart(node)) return false;
			if (attribute >= 0) this.redacted.begin(<AttributeId>attribute, redaction);
		}
		let isJson = attribute >= 0 && unchecked(ATTRIBUTE_TYPES[attribute]) == ValueType.Json;
		let wholeLeaf = attribute >= 0 && (isJson || plan.want(node) == Want.All);
		this.value.wants = isJson ? plan.wants(node) : null;
		if (wholeLeaf && !this.take(bag.read(<AttributeId>attribute, this.value))) return false;
		let out = this.json.out;
		if (keysBefore > 0) out.byte(0x2c);
		let key = unchecked(KEYS[node]);
		out.raw(key.ptr, key.size);
		if (attribute < 0) this.writeObject(node, plan, bag);
		else if (isJson) this.writeJson();
		else if (wholeLeaf) this.json.value(this.value);
		else this.writeKeys(<AttributeId>attribute, plan.keys(node), bag);
		return true;
	}

	private writeJson(): void {
		let document = this.value.document;
		if (document === null) this.json.nothing();
		else this.projection.write(this.json, document, this.value.node, this.value.wants);
	}

	/** A value that did not fit, or that cannot be read, is not absent: the request is refused. */
	private take(known: bool): bool {
		this.json.check(this.value);
		return known;
	}

	/** Some keys of a map. */
	private writeKeys(attribute: AttributeId, wanted: Array<Slice>, bag: Bag): void {
		let json = this.json;
		json.open();
		let keys = 0;
		for (let i = 0; i < wanted.length && json.withinLimits(); i++) {
			let key = unchecked(wanted[i]);
			if (!this.take(bag.readKey(attribute, key, this.value))) continue;
			if (keys++ > 0) json.out.byte(0x2c);
			writeJsonString(json.out, key.ptr, key.size);
			json.out.byte(0x3a);
			json.entry(key, this.value);
		}
		json.close(keys);
	}
}

function makeKeys(): StaticArray<Slice> {
	let keys = new StaticArray<Slice>(INPUT_NAMES.length);
	for (let node = 0; node < INPUT_NAMES.length; node++) keys[node] = Slice.of(`"${INPUT_NAMES[node]}":`);
	return keys;
}
