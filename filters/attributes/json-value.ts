import { Bytes } from "../wire/bytes";
import { writeJsonDouble } from "../wire/json-double";
import { writtenDigits } from "../wire/json-number";
import { writeJsonInt, writeJsonString } from "../wire/json-writer";
import { Slice } from "../wire/slice";
import { writeBase64 } from "./base64";
import { ValueType } from "./generated/vocabulary";
import { Limits } from "./limits";
import { Redacted } from "./redacted";
import { writeTimestamp } from "./timestamp";
import { Value } from "./value";

const COMMA: u32 = 0x2c;
const COLON: u32 = 0x3a;
const QUOTE: u32 = 0x22;

/** Writes attribute values as JSON and keeps count against the limits. */
@final
export class JsonWriter {
	out: Bytes = new Bytes(0, 0);
	private limits: Limits = new Limits();
	private maxBytes: i32 = 0;
	private depth: i32 = 0;
	private exceeded: bool = false;
	private text: Slice = new Slice();
	private key: Slice = new Slice();
	/** What is shown of texts; all of them where it is null. */
	private redacted: Redacted | null = null;
	/** Texts are values of the map of this attribute, with `key`. */
	private isEntry: bool = false;

	begin(out: Bytes, limits: Limits, maxBytes: i32 = limits.inputBytes): void {
		this.out = out;
		this.maxBytes = maxBytes;
		this.limits = limits;
		this.depth = 0;
		this.exceeded = false;
		this.redacted = null;
		this.isEntry = false;
	}

	/** Shows of the texts to come what this says; null for all of them. */
	redact(redacted: Redacted | null): void {
		this.redacted = redacted;
	}

	/** As `value`, for the value that a key of a map has. */
	entry(key: Slice, value: Value): void {
		this.key.set(key.ptr, key.size);
		this.isEntry = true;
		this.value(value);
		this.isEntry = false;
	}

	withinLimits(): bool {
		return !this.exceeded && !this.out.overflowed && this.out.size <= this.maxBytes;
	}

	/** Keeps count of a value that is too large to be read whole, or that cannot be read. */
	check(value: Value): void {
		if (value.overflowed || value.refused) this.exceeded = true;
	}

	/** Something is beyond the limits in a way of its own. */
	exceed(): void {
		this.exceeded = true;
	}

	/** Begins an object. */
	open(): void {
		this.enter();
		this.out.byte(0x7b);
	}

	/** Keeps count of an object's keys before they are written. */
	checkKeys(keys: i32): void {
		if (keys > this.limits.inputKeys) this.exceeded = true;
	}

	/** Ends an object that got so many keys. */
	close(keys: i32): void {
		this.checkKeys(keys);
		this.out.byte(0x7d);
		this.depth--;
	}

	/** Begins a list. */
	openList(): void {
		this.enter();
		this.out.byte(0x5b);
	}

	closeList(): void {
		this.out.byte(0x5d);
		this.depth--;
	}

	/** Writes null. */
	nothing(): void {
		this.out.text("null");
	}

	/** Writes a JSON number as it is. */
	number(text: Slice): void {
		if (writtenDigits(text.ptr, text.size) > this.limits.numberDigits) this.exceeded = true;
		this.out.raw(text.ptr, text.size);
	}

	value(value: Value): void {
		switch (value.type) {
			case ValueType.StringList:
				this.list(value);
				break;
			case ValueType.StringMap:
			case ValueType.StringListMap:
				this.map(value);
				break;
			default:
				this.scalar(value);
		}
	}

	private scalar(value: Value): void {
		switch (value.type) {
			case ValueType.Int64:
			case ValueType.Duration:
				this.integer(value.integer);
				break;
			case ValueType.Double:
				writeJsonDouble(this.out, value.real);
				break;
			case ValueType.Bool:
				this.out.text(value.flag ? "true" : "false");
				break;
			case ValueType.Bytes:
				this.out.byte(QUOTE);
				writeBase64(this.out, value.text.ptr, value.text.size);
				this.out.byte(QUOTE);
				break;
			case ValueType.Timestamp:
				this.out.byte(QUOTE);
				writeTimestamp(this.out, value.integer);
				this.out.byte(QUOTE);
				break;
			default:
				this.string(value.text);
		}
	}

	private integer(value: i64): void {
		let start = this.out.size;
		writeJsonInt(this.out, value);
		let digits = this.out.size - start - (value < 0 ? 1 : 0);
		if (digits > this.limits.numberDigits) this.exceeded = true;
	}

	private list(value: Value): void {
		this.openList();
		for (let i = 0; i < value.count && this.withinLimits(); i++) {
			if (i > 0) this.out.byte(COMMA);
			value.valueAt(i, this.text);
			this.string(this.text);
		}
		this.closeList();
	}

	private map(value: Value): void {
		this.open();
		this.isEntry = true;
		for (let i = 0; i < value.count && this.withinLimits(); i++) {
			if (i > 0) this.out.byte(COMMA);
			value.keyAt(i, this.key);
			writeJsonString(this.out, this.key.ptr, this.key.size);
			this.out.byte(COLON);
			if (value.type == ValueType.StringListMap) {
				this.listOf(value, i);
			} else {
				value.valueAt(i, this.text);
				this.string(this.text);
			}
		}
		this.isEntry = false;
		this.close(value.count);
	}

	private listOf(value: Value, key: i32): void {
		this.openList();
		for (let i = 0; i < value.listSize(key); i++) {
			if (i > 0) this.out.byte(COMMA);
			value.listAt(key, i, this.text);
			this.string(this.text);
		}
		this.closeList();
	}

	private string(text: Slice): void {
		let redacted = this.redacted;
		let shown = text;
		if (redacted !== null) shown = this.isEntry ? redacted.entry(this.key, text) : redacted.text(text);
		writeJsonString(this.out, shown.ptr, shown.size);
	}

	private enter(): void {
		if (++this.depth > this.limits.inputDepth) this.exceeded = true;
	}
}
