import { Bytes } from "../../../wire/bytes";
import { JsonDocument } from "../../../wire/json-reader";
import { writeJsonString } from "../../../wire/json-writer";
import { Slice } from "../../../wire/slice";
import { validPrefix, writeUtf8 } from "../../../wire/utf8";
import { sameIgnoringCase } from "../../ascii";
import { PairTable } from "../../pair-table";
import { isJsonType } from "../body-type";
import { Parsed } from "../parsed-body";
import { MediaParsed, MediaType } from "./media-type";
import { PartCursor, PartFound } from "./part-cursor";
import { writeUnquoted } from "./quoted-printable";

/** As deep as Go's own parser of JSON goes. */
const MAX_DEPTH: i32 = 10000;
/** As large as the largest body that is read. */
const MAX_BODY_BYTES: i32 = 1048576;
/** The texts of all parts as JSON, were each of their bytes an escape. */
const MAX_TEXT_BYTES: i32 = 8388608;

/** The buffer of Go's reader. */
const READ_AHEAD_BYTES: i32 = 4096;

const BOUNDARY: Slice = Slice.of("boundary");
const NAME: Slice = Slice.of("name");
const FORM_DATA: Slice = Slice.of("form-data");
const QUOTED_PRINTABLE: Slice = Slice.of("quoted-printable");

/** Makes JSON of a multipart/form-data body (RFC 7578), as OPA's Envoy plugin does with Go's mime/multipart. Reused. */
@final
export class MultipartBody {
	private type: MediaType = new MediaType();
	private disposition: MediaType = new MediaType();
	private boundary: Bytes = new Bytes(128, MAX_BODY_BYTES);
	private name: Bytes = new Bytes(64, MAX_BODY_BYTES);
	private cursor: PartCursor = new PartCursor();
	/** The parts by name; of a value the place in `values`. */
	private parts: PairTable = new PairTable();
	/** Reserved before anything is written, so that keys stay good. */
	private names: Bytes = new Bytes(256, 3 * MAX_BODY_BYTES);
	private values: Bytes = new Bytes(1024, MAX_TEXT_BYTES);
	private unquoted: Bytes = new Bytes(256, MAX_BODY_BYTES);
	private content: Slice = new Slice();
	private isShort: bool = false;
	private json: JsonDocument = new JsonDocument();

	/**
	 * Appends an object of the parts' values by name, each a list: of a part that calls itself JSON the value, of another
	 * the text.
	 *
	 * @param contentType which has the boundary.
	 */
	write(contentType: Slice, body: Slice, out: Bytes): Parsed {
		if (this.type.parse(contentType) != MediaParsed.Ok) return Parsed.Refused;
		if (!this.type.parameter(BOUNDARY, this.boundary)) return Parsed.Nothing;
		this.parts.reset();
		this.values.reset();
		this.names.reset();
		if (!this.names.reserve(3 * body.size)) return Parsed.Refused;
		this.isShort = body.size <= READ_AHEAD_BYTES;
		this.cursor.begin(body, this.boundary);
		let found = this.cursor.next();
		while (found == PartFound.Part && this.take()) found = this.cursor.next();
		if (found != PartFound.None || this.values.overflowed || this.parts.overflowed) return Parsed.Refused;
		this.writeParts(out);
		return Parsed.Json;
	}

	/** Takes the part at hand; false where it can't be read. */
	private take(): bool {
		let header = this.cursor.header;
		let parsed = this.disposition.parse(header.disposition);
		if (parsed == MediaParsed.TooMany) return false;
		let type = this.disposition.type;
		let named = parsed == MediaParsed.Ok && FORM_DATA.equals(type.ptr, type.size);
		named = named && this.disposition.parameter(NAME, this.name) && this.name.size > 0;
		let readable = this.readContent();
		// What nobody asks for may be malformed as far as Go reads ahead of itself.
		if (!named) return readable || this.isShort;
		if (!readable) return false;
		let at = this.values.size;
		if (!this.writeValue(isJsonType(header.type))) return false;
		let names = this.names;
		let nameAt = names.size;
		if (validPrefix(this.name.ptr, this.name.size) == this.name.size) names.raw(this.name.ptr, this.name.size);
		else writeUtf8(names, this.name.ptr, this.name.size);
		this.parts.add(names.ptr + nameAt, names.size - nameAt, at, this.values.size - at);
		return !names.overflowed;
	}

	private readContent(): bool {
		let content = this.content;
		content.set(this.cursor.contentPtr, this.cursor.contentSize);
		let encoding = this.cursor.header.encoding;
		if (!sameIgnoringCase(QUOTED_PRINTABLE, encoding.ptr, encoding.size)) return true;
		this.unquoted.reset();
		if (!writeUnquoted(content.ptr, content.size, this.unquoted)) return false;
		content.set(this.unquoted.ptr, this.unquoted.size);
		return true;
	}

	/** JSON is taken as it stands once it is known to be one value: the whole is parsed again. */
	private writeValue(isJson: bool): bool {
		let content = this.content;
		if (isJson && !this.json.parse(content.ptr, content.size, MAX_DEPTH)) return false;
		if (isJson) this.values.raw(content.ptr, content.size);
		else writeJsonString(this.values, content.ptr, content.size);
		return true;
	}

	private writeParts(out: Bytes): void {
		let parts = this.parts;
		parts.sort();
		out.byte(0x7b);
		for (let i = 0; i < parts.count; i++) {
			let again = i > 0 && parts.sameKey(i - 1, i);
			if (!again) {
				if (i > 0) out.text("],");
				writeJsonString(out, parts.keyPtr(i), parts.keySize(i));
				out.text(":[");
			} else {
				out.byte(0x2c);
			}
			out.raw(this.values.ptr + parts.valuePtr(i), parts.valueSize(i));
		}
		out.text(parts.count > 0 ? "]}" : "}");
	}
}
