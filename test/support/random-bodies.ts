import fc from "fast-check";

/** A body, and the content type that says how to read it. */
export interface RandomBody {
	readonly type: string;
	readonly body: Uint8Array;
}

/** Changes some bytes of a text, drops some, doubles some. */
function damaged(text: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
	const edit = fc.tuple(
		fc.nat(),
		fc.constantFrom("drop", "double", "change"),
		fc.constantFrom(..."\r\n-;:=\"'*%\\ a{,]"),
	);
	return fc.tuple(text, fc.array(edit, { maxLength: 3 })).map(([text, edits]) => {
		let bytes = Buffer.from(text);
		for (const [where, what, byte] of edits) {
			const at = where % (bytes.length + 1);
			const middle = what === "double" ? bytes.subarray(at, at + 4) : what === "change" ? Buffer.from(byte) : "";
			const rest = bytes.subarray(what === "double" ? at : at + 1);
			bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(middle), rest]);
		}
		return bytes;
	});
}

const pieces = fc.constantFrom("a", "b", "=", "&", "+", "%41", "%C3%A9", "%2", "%zz", ";", "é", "[0]", "", "1");

/** Bodies of type application/x-www-form-urlencoded, some of them malformed. */
export const forms: fc.Arbitrary<RandomBody> = fc.array(pieces, { maxLength: 12 }).map((parts) => ({
	type: "application/x-www-form-urlencoded",
	body: Buffer.from(parts.join("")),
}));

const value = fc.jsonValue({ maxDepth: 4, stringUnit: "grapheme" }).map((value) => JSON.stringify(value));

/** Bodies of type application/json, some of them malformed. */
export const jsons: fc.Arbitrary<RandomBody> = fc
	.oneof(
		value.map((text): Uint8Array => Buffer.from(text)),
		damaged(value),
	)
	.map((body) => ({ type: "application/json; charset=utf-8", body }));

const boundary = fc.constantFrom("x", "----WebKitFormBoundary7MA4YWxk", "a b", "-", "x--", "'()+_,-./:=?");
const name = fc.constantFrom("a", "b", "", "a b", "é", 'q\\"uote', "back\\slash", "a;b", "A");
const disposition = fc.oneof(
	{ weight: 6, arbitrary: name.map((name) => `form-data; name="${name}"`) },
	{ weight: 3, arbitrary: name.map((name) => `Form-Data;name="${name}";  filename="C:\\files\\x.txt"`) },
	{
		weight: 4,
		arbitrary: fc.constantFrom(
			"form-data; name=token",
			"form-data; name*=utf-8''%C3%A9t%C3%A9",
			"form-data; name*=iso-8859-1''%e9; name=plain",
			'form-data; name*0="a"; name*1*=%20b; name*2=c',
			"form-data; name*0*=us-ascii'en'x%41; name*1=y",
			"form-data; name*1=y; name*0=x; name=z",
			"form-data; name=a; name=a",
			"form-data; name=a; name=b",
			"form-data; name",
			"form-data; name=",
			'form-data; name="unclosed',
			"form-data; name=a;",
			"form-data; name=a; ;",
			"form-data ; name = a",
			"\tform-data; NAME=a",
			"attachment; name=a",
			"form-data/x; name=a",
			"form-data\u00a0; name=a",
			"form-data;\u2003name=a",
			"",
		),
	},
);
const contentType = fc.constantFrom(
	"",
	"Content-Type: text/plain\r\n",
	"content-type: application/json\r\n",
	"CONTENT-TYPE: x/application/json; a=b\r\n",
	"Content-Type: text/plain\r\nContent-Type: application/json\r\n",
	"X-Folded: a\r\n\tb\r\n",
	"Content-Type : application/json\r\n",
	"bad header\r\n",
	"b@d: x\r\n",
	"x-control: \u0001\r\n",
);
const encoding = fc.constantFrom(
	...["", "", "", "Content-Transfer-Encoding: quoted-printable\r\n", "content-transfer-encoding: 8bit\r\n"],
);
const content = fc.oneof(
	fc.constantFrom(
		...["", "text", "--", "--x", "\r\n", "\r\n--", "\r\n--y", "a\r\nb", "--x-", "--x--y", "\n--x\n", "é", "\u0000"],
		...['{"a":1}', "[1, 2]", " null ", "{", "1 2", '{"a":1}\r\n'],
		...["=41=\r\nb", "a=3", "a= \r\nb", "tail  \r\n", "=C3=A9", "x=\n", "=\r\n", "a\u0001", "caf\u00e9=20"],
	),
	fc.string({ maxLength: 20 }),
);
const part = fc.record({ disposition, contentType, encoding, content });
const parts = fc.array(part, { maxLength: 4 });

/** Bodies of type multipart/form-data: well-formed ones, odd ones and malformed ones. */
export const multiparts: fc.Arbitrary<RandomBody> = fc
	.record({
		boundary,
		parts,
		quoted: fc.boolean(),
		preamble: fc.constantFrom("", "", "", "preamble\r\n", "\r\n", "--other\r\n"),
		pad: fc.constantFrom("", "", " ", "\t "),
		lineFeeds: fc.boolean(),
		closing: fc.constantFrom("--\r\n", "--", "-- \r\n", "--epilogue", "", "\r\n", "--\r\nepilogue\r\n"),
	})
	.chain(({ boundary, parts, quoted, preamble, pad, lineFeeds, closing }) => {
		const texts = parts.map(({ disposition, contentType, encoding, content }) => {
			const head = disposition === "" ? "" : `Content-Disposition: ${disposition}\r\n`;
			return `--${boundary}${pad}\r\n${head}${contentType}${encoding}\r\n${content}\r\n`;
		});
		const text = `${preamble}${texts.join("")}--${boundary}${closing}`;
		const body = lineFeeds ? text.replaceAll("\r\n", "\n") : text;
		const parameter = quoted || !/^[\w.'+-]+$/.test(boundary) ? `"${boundary}"` : boundary;
		const type = `multipart/form-data; boundary=${parameter}`;
		return fc
			.oneof({ weight: 4, arbitrary: fc.constant<Uint8Array>(Buffer.from(body)) }, damaged(fc.constant(body)))
			.map((body) => ({ type, body }));
	});

/** Content types of which some name no boundary, or are none. */
export const oddTypes: fc.Arbitrary<RandomBody> = fc.record({
	type: fc.constantFrom(
		...["multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary=""'],
		...["multipart/form-data; boundary=x; boundary=x", "multipart/form-data; boundary=x; boundary=y"],
		...["multipart/form-data; boundary*0=x", "MULTIPART/FORM-DATA; boundary=x", "a, multipart/form-data; boundary=x"],
		...["multipart/form-data; Boundary=x; charset", " multipart/form-data;boundary=x;", "text/plain"],
		...["application/jsonl", "application/json, multipart/form-data; boundary=x", "application/JSON"],
		...["application/x-www-form-urlencoded", "multipart/form-data; application/x-www-form-urlencoded"],
	),
	body: fc.constantFrom(
		Buffer.from('--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n'),
		Buffer.from("a=b"),
		Buffer.from("[1]"),
		Buffer.from(""),
	),
});
