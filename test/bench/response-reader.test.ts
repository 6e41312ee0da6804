import assert from "node:assert/strict";
import test from "node:test";
import { ResponseReader } from "../../bench/load/response-reader.ts";

const answer = (status: number, body: string) =>
	`HTTP/1.1 ${status} Word\r\nContent-Length: ${body.length}\r\nserver: envoy\r\n\r\n${body}`;

/** The statuses read from an answer that arrives in these pieces. */
function read(reader: ResponseReader, ...pieces: readonly string[]): readonly (number | undefined)[] {
	return pieces.map((piece) => reader.read(Buffer.from(piece)));
}

test("an answer is complete with its last byte, however it is cut", () => {
	const text = answer(200, "hello");
	for (let cut = 1; cut < text.length; cut++) {
		assert.deepEqual(
			read(new ResponseReader(), text.slice(0, cut), text.slice(cut)),
			[undefined, 200],
			`cut at ${cut}`,
		);
	}
	assert.deepEqual(read(new ResponseReader(), ...text).filter(Boolean), [200]);
});

test("one reader reads one answer after the other", () => {
	assert.deepEqual(read(new ResponseReader(), answer(200, "a"), answer(403, ""), answer(200, "b")), [200, 403, 200]);
});

for (const { what, text, message } of [
	{
		what: "no content-length",
		text: "HTTP/1.1 200 OK\r\nserver: x\r\n\r\n",
		message: /^not an answer with a content-length/,
	},
	{ what: "no HTTP", text: "SSH-2.0\r\ncontent-length: 0\r\n\r\n", message: /^not an answer with a content-length/ },
	{ what: "more than its length", text: `${answer(200, "a")}b`, message: /^more bytes came than one answer has$/ },
	{ what: "a head without an end", text: "x".repeat(70_000), message: /^an answer's head does not end$/ },
]) {
	test(`an answer with ${what} is refused`, () => {
		assert.throws(() => read(new ResponseReader(), text), { message });
	});
}
