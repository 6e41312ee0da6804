import { Bytes } from "../../wire/bytes";
import { JsonDocument } from "../../wire/json-reader";
import { Slice } from "../../wire/slice";
import { Bag } from "../bag";
import { ValueType } from "../generated/vocabulary";
import { JsonWriter } from "../json-value";
import { Limits } from "../limits";
import { readParsedQuery } from "../query";
import { Value } from "../value";
import { BodyStage, BodyState } from "./body-state";
import { BodyType, bodyType } from "./body-type";
import { GrpcBody } from "./grpc/grpc-body";
import { MultipartBody } from "./multipart/multipart-body";
import { requestBody } from "./request-body";

/** What became of reading a body. */
export enum Parsed {
	/** There is nothing in it that is read: parsed_body is null. */
	Nothing = 0,
	/** It is JSON, or was made into it. */
	Json = 1,
	/** It is not what its content type says: the request is answered 400. */
	Refused = 2,
}

/** As deep as Go's own parser goes, which the plugin uses; the limits hold for what of it is read. */
const MAX_DEPTH: i32 = 10000;
/** The JSON of the largest body that can be configured, were each of its bytes an escape. */
const MAX_TEXT_BYTES: i32 = 8388608;

/** parsed_body: read once for a decision, however many policies want it. One for the VM. */
@final
export class ParsedBody {
	private owner: BodyState | null = null;
	private result: Parsed = Parsed.Nothing;
	private document: JsonDocument = new JsonDocument();
	private body: Slice = new Slice();
	private type: Slice = new Slice();
	private text: Bytes = new Bytes(1024, MAX_TEXT_BYTES);
	private fields: Value = new Value();
	private writer: JsonWriter = new JsonWriter();
	private noLimits: Limits = unlimited();
	private multipart: MultipartBody = new MultipartBody();
	private grpc: GrpcBody = new GrpcBody();

	/** Reads it as a JSON value, null where there is nothing to be read. */
	read(bag: Bag, out: Value): void {
		let state = bag.body;
		if (state.stage == BodyStage.Unread || state.stage == BodyStage.Truncated) return;
		if (this.owner !== state) this.result = this.parse(bag);
		this.owner = state;
		if (this.result == Parsed.Refused) out.refused = true;
		if (this.result != Parsed.Json) return;
		out.document = this.document;
		out.node = this.document.root;
	}

	/** Ends a decision. */
	release(): void {
		this.owner = null;
	}

	private parse(bag: Bag): Parsed {
		let type = bodyType(bag.requestHeaders, this.type);
		if (type == BodyType.Other) return Parsed.Nothing;
		let body = this.body;
		if (!requestBody.read(bag.body, body)) return Parsed.Refused;
		if (body.size == 0) return Parsed.Nothing;
		switch (type) {
			case BodyType.Json:
				return this.take(body);
			case BodyType.Form:
				return this.form(body);
			case BodyType.Multipart:
				this.text.reset();
				return this.made(this.multipart.write(this.type, body, this.text));
			default:
				this.text.reset();
				return this.made(this.grpc.write(bag, body, this.text));
		}
	}

	private form(body: Slice): Parsed {
		let fields = this.fields;
		fields.reset(ValueType.StringListMap);
		readParsedQuery(body, fields);
		if (fields.refused || fields.overflowed) return Parsed.Refused;
		this.text.reset();
		this.writer.begin(this.text, this.noLimits);
		this.writer.value(fields);
		return this.made(Parsed.Json);
	}

	/** Takes JSON that was made of a body. */
	private made(result: Parsed): Parsed {
		if (result != Parsed.Json) return result;
		if (this.text.overflowed) return Parsed.Refused;
		this.body.set(this.text.ptr, this.text.size);
		return this.take(this.body);
	}

	private take(json: Slice): Parsed {
		return this.document.parse(json.ptr, json.size, MAX_DEPTH) ? Parsed.Json : Parsed.Refused;
	}
}

export const parsedBody: ParsedBody = new ParsedBody();

/** The limits hold for what a policy reads of it: the writer of the input document counts. */
function unlimited(): Limits {
	let limits = new Limits();
	limits.inputBytes = i32.MAX_VALUE;
	limits.inputDepth = i32.MAX_VALUE;
	limits.inputKeys = i32.MAX_VALUE;
	limits.numberDigits = i32.MAX_VALUE;
	return limits;
}
