import { Bytes } from "../wire/bytes";
import {
	beginMessage,
	endMessage,
	writeBoolField,
	writeBytesField,
	writeDoubleField,
	writeFixed64Field,
	writeSint,
	writeVarint,
	writeVarintField,
} from "../wire/protobuf-writer";
import { Slice } from "../wire/slice";
import { Dictionary, NOT_INDEXED } from "./dictionary";
import { AttributeId, ValueType } from "./generated/vocabulary";
import { Redacted } from "./redacted";
import { Redaction } from "./redaction";
import { Value } from "./value";

/** sluice.mixer.v1: the fields of the maps and of the list. */
const KEYS: u32 = 1;
const MAP_VALUES: u32 = 2;
const LIST_VALUES: u32 = 1;

/** Writes the `value` of mixer.proto's Attribute; the fields of its oneof are ValueType's numbers. Reused. */
@final
export class RecordValue {
	private redacted: Redacted = new Redacted();
	private key: Slice = new Slice();
	private text: Slice = new Slice();

	/** False where the dictionary has no room; `out` holds half a value then. */
	write(value: Value, id: AttributeId, dictionary: Dictionary, redaction: Redaction, out: Bytes): bool {
		this.redacted.begin(id, redaction);
		switch (value.type) {
			case ValueType.String: {
				let shown = this.redacted.text(value.text);
				let index = dictionary.index(shown.ptr, shown.size);
				writeVarintField(out, ValueType.String, index);
				return index != NOT_INDEXED;
			}
			case ValueType.StringMap:
			case ValueType.StringList:
			case ValueType.StringListMap:
				return this.composite(value, dictionary, out);
			default:
				writeScalar(value, out);
				return true;
		}
	}

	private composite(value: Value, dictionary: Dictionary, out: Bytes): bool {
		let field = beginMessage(out, value.type);
		let fits = value.type == ValueType.StringList || this.keys(value, dictionary, out);
		if (value.type == ValueType.StringListMap) {
			for (let i = 0; fits && i < value.count; i++) {
				let list = beginMessage(out, MAP_VALUES);
				fits = this.listAt(value, i, dictionary, out);
				endMessage(out, list);
			}
		} else {
			fits = fits && this.values(value, dictionary, out);
		}
		endMessage(out, field);
		return fits;
	}

	private keys(value: Value, dictionary: Dictionary, out: Bytes): bool {
		let packed = beginMessage(out, KEYS);
		let fits = true;
		for (let i = 0; fits && i < value.count; i++) {
			value.keyAt(i, this.key);
			fits = writeString(this.key, dictionary, out);
		}
		endMessage(out, packed);
		return fits;
	}

	/** The values of a map of strings, or of a list. */
	private values(value: Value, dictionary: Dictionary, out: Bytes): bool {
		let isMap = value.type == ValueType.StringMap;
		let packed = beginMessage(out, isMap ? MAP_VALUES : LIST_VALUES);
		let fits = true;
		for (let i = 0; fits && i < value.count; i++) {
			value.valueAt(i, this.text);
			if (isMap) value.keyAt(i, this.key);
			fits = writeString(isMap ? this.redacted.entry(this.key, this.text) : this.text, dictionary, out);
		}
		endMessage(out, packed);
		return fits;
	}

	private listAt(value: Value, index: i32, dictionary: Dictionary, out: Bytes): bool {
		let packed = beginMessage(out, LIST_VALUES);
		let fits = true;
		value.keyAt(index, this.key);
		for (let i = 0; fits && i < value.listSize(index); i++) {
			value.listAt(index, i, this.text);
			fits = writeString(this.redacted.entry(this.key, this.text), dictionary, out);
		}
		endMessage(out, packed);
		return fits;
	}
}

function writeScalar(value: Value, out: Bytes): void {
	switch (value.type) {
		case ValueType.Int64:
		case ValueType.Duration:
			writeSint(out, value.type, value.integer);
			break;
		case ValueType.Double:
			writeDoubleField(out, ValueType.Double, value.real);
			break;
		case ValueType.Bool:
			writeBoolField(out, ValueType.Bool, value.flag);
			break;
		case ValueType.Bytes:
			writeBytesField(out, ValueType.Bytes, value.text.ptr, value.text.size);
			break;
		case ValueType.Ip:
			writeBytesField(out, ValueType.Ip, value.address.ptr, value.address.size);
			break;
		default:
			writeFixed64Field(out, ValueType.Timestamp, <u64>value.integer);
	}
}

/** An element of a packed field: the string's number. */
function writeString(text: Slice, dictionary: Dictionary, out: Bytes): bool {
	let index = dictionary.index(text.ptr, text.size);
	writeVarint(out, index);
	return index != NOT_INDEXED;
}
