import { lower } from "../attributes/ascii";
import { isHeaderValue } from "../host/header-syntax";
import { Bytes } from "../wire/bytes";
import { JsonDocument } from "../wire/json-reader";
import { JsonKind } from "../wire/json-tape";
import { Slice } from "../wire/slice";
import { isSettable } from "./header-names";
import { MAX_QUERY_CHANGES, OperationKind, Operations } from "./operations";

const MAX_NAME_BYTES: i32 = 256;
const MAX_VALUE_BYTES: i32 = 16384;
/** Headers in a list of objects: each is looked for among those before it. */
const MAX_LISTED: i32 = 256;
const NONE: i32 = -1;

const FIELDS: StaticArray<string> = [
	"headers",
	"response_headers_to_add",
	"request_headers_to_remove",
	"query_parameters_to_set",
	"query_parameters_to_remove",
	"dynamic_metadata",
	"quota_denied",
];
const NAMES: StaticArray<Slice> = [
	Slice.of(FIELDS[0]),
	Slice.of(FIELDS[1]),
	Slice.of(FIELDS[2]),
	Slice.of(FIELDS[3]),
	Slice.of(FIELDS[4]),
	Slice.of(FIELDS[5]),
	Slice.of(FIELDS[6]),
];
const EMPTY = new Slice();
const BODY = Slice.of("body");
const QUOTA_DENIED: i32 = 6;

/** The fields of a decision that change the request or its answer, read into operations. Reused. */
@final
export class DecisionOperations {
	/** What is wrong with the field read last. */
	fault: string = "";

	private document: JsonDocument = new JsonDocument();
	private operations: Operations = new Operations();
	private allowed: bool = false;
	/** The field being read. */
	private field: i32 = NONE;
	private listed: i32 = 0;
	private name: Bytes = new Bytes(64, MAX_NAME_BYTES);
	private value: Bytes = new Bytes(256, MAX_VALUE_BYTES);
	private nameSlice: Slice = new Slice();
	private valueSlice: Slice = new Slice();

	/** @param allowed whether the decision allows: `headers` go to the upstream then, else to the client. */
	begin(document: JsonDocument, allowed: bool, operations: Operations): void {
		this.document = document;
		this.allowed = allowed;
		this.operations = operations;
	}

	/** Whether a member of the decision is one of these fields; `read` then reads it. */
	isOurs(node: i32): bool {
		for (this.field = 0; this.field < NAMES.length; this.field++) {
			if (this.document.keyIs(node, unchecked(NAMES[this.field]))) return true;
		}
		return false;
	}

	/** False, with a fault, where a type is wrong or a header is none a policy may change. */
	read(node: i32): bool {
		switch (this.field) {
			case 0:
				if (!this.allowed) return this.pairs(node, OperationKind.DenialHeader, OperationKind.DenialHeader);
				return this.pairs(node, OperationKind.SetRequestHeader, OperationKind.AddRequestHeader);
			case 1:
				return this.pairs(node, OperationKind.AddResponseHeader, OperationKind.AddResponseHeader);
			case 2:
				return this.names(node, OperationKind.RemoveRequestHeader);
			case 3:
				return this.pairs(node, OperationKind.SetQueryParameter, OperationKind.AddQueryParameter);
			case 4:
				return this.names(node, OperationKind.RemoveQueryParameter);
			case 5:
				return this.metadata(node);
			default:
				return this.quotaDenied(node);
		}
	}

	/** Of headers, a list of such objects as well. */
	private pairs(value: i32, first: OperationKind, more: OperationKind): bool {
		let document = this.document;
		let isHeaders = this.field < 2;
		if (!isHeaders || document.kind(value) != JsonKind.Array) return this.members(value, first, more);
		let start = this.operations.size;
		this.listed = 0;
		for (let node = document.first(value); node != NONE; node = document.next(node)) {
			if (!this.members(node, first, more, start)) return false;
		}
		return true;
	}

	/**
	 * An object of strings or lists of strings: the first value of a name with one operation, more with another.
	 *
	 * @param start where the operations of objects in the same list begin; -1 where there are none.
	 */
	private members(object: i32, first: OperationKind, more: OperationKind, start: i32 = NONE): bool {
		let document = this.document;
		if (document.kind(object) != JsonKind.Object) return this.expect(false, this.notAnObject());
		for (let node = document.first(object); node != NONE; node = document.next(node)) {
			this.name.reset();
			document.key(node, this.name);
			if (!this.nameIsValid()) return false;
			if (start != NONE && ++this.listed > MAX_LISTED) return this.expect(false, " lists more than 256 headers");
			let kind = start != NONE && this.operations.has(first, this.name, start) ? more : first;
			if (document.kind(node) != JsonKind.Array) {
				if (!this.addPair(node, kind)) return false;
				continue;
			}
			for (let item = document.first(node); item != NONE; item = document.next(item)) {
				if (!this.addPair(item, kind)) return false;
				kind = more;
			}
		}
		return true;
	}

	private addPair(node: i32, kind: OperationKind): bool {
		if (!this.text(node, this.value)) return false;
		let isHeader = this.field < 3;
		if (isHeader && !isHeaderValue(this.value.ptr, this.value.size)) {
			return this.expect(false, " has a value with a line break or NUL");
		}
		this.nameSlice.set(this.name.ptr, this.name.size);
		this.valueSlice.set(this.value.ptr, this.value.size);
		return this.addOperation(kind, this.valueSlice);
	}

	private names(array: i32, kind: OperationKind): bool {
		let document = this.document;
		if (document.kind(array) != JsonKind.Array) return this.expect(false, " is not a list");
		for (let node = document.first(array); node != NONE; node = document.next(node)) {
			if (!this.text(node, this.name) || !this.nameIsValid()) return false;
			this.nameSlice.set(this.name.ptr, this.name.size);
			if (!this.addOperation(kind, EMPTY)) return false;
		}
		return true;
	}

	private addOperation(kind: OperationKind, value: Slice): bool {
		this.operations.add(kind, this.nameSlice, value);
		return this.expect(this.operations.queryChanges <= MAX_QUERY_CHANGES, " makes more than 100 changes to the query");
	}

	private text(node: i32, out: Bytes): bool {
		if (this.document.kind(node) != JsonKind.String) return this.expect(false, " holds something other than strings");
		out.reset();
		this.document.text(node, out);
		return this.expect(!out.overflowed, " has a value that is too long");
	}

	private nameIsValid(): bool {
		if (this.name.overflowed) return this.expect(false, " has a name that is too long");
		let isHeader = this.field < 3;
		if (!isHeader) return this.expect(this.name.size > 0, " has an empty name");
		// As Envoy will: two spellings are one header.
		for (let at = this.name.ptr; at < this.name.ptr + this.name.size; at++) store<u8>(at, lower(load<u8>(at)));
		return this.expect(
			isSettable(this.name.ptr, this.name.size),
			" has a name that is not a header a policy may change",
		);
	}

	private notAnObject(): string {
		return this.field < 2 ? " is neither an object nor a list of objects" : " is not an object";
	}

	private metadata(node: i32): bool {
		if (this.document.kind(node) != JsonKind.Object) return this.expect(false, " is not an object");
		this.document.raw(node, this.valueSlice);
		this.operations.add(OperationKind.Metadata, EMPTY, this.valueSlice);
		return true;
	}

	/** What the answer is where a quota refuses the request: an object with body and headers. */
	private quotaDenied(value: i32): bool {
		let document = this.document;
		if (document.kind(value) != JsonKind.Object) return this.expect(false, " is not an object");
		for (let node = document.first(value); node != NONE; node = document.next(node)) {
			if (document.keyIs(node, BODY)) {
				if (!this.body(node)) return false;
			} else if (document.keyIs(node, NAMES[0])) {
				this.field = 0;
				let isRead = this.pairs(node, OperationKind.QuotaHeader, OperationKind.QuotaHeader);
				if (!isRead) this.fault = "quota_denied." + this.fault;
				if (!isRead) return false;
				this.field = QUOTA_DENIED;
			} else {
				return this.expect(false, " has a member that is neither body nor headers");
			}
		}
		return true;
	}

	private body(node: i32): bool {
		if (this.document.kind(node) != JsonKind.String) return this.expect(false, " has a body that is not a string");
		this.value.reset();
		this.document.text(node, this.value);
		this.valueSlice.set(this.value.ptr, this.value.size);
		this.operations.add(OperationKind.QuotaBody, EMPTY, this.valueSlice);
		return this.expect(!this.value.overflowed, " has a body of more than 16 KiB");
	}

	private expect(holds: bool, what: string): bool {
		if (!holds) this.fault = FIELDS[this.field] + what;
		return holds;
	}
}
