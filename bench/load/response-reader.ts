/** Longest head of an answer, in bytes: what comes without an end is no answer. */
const MAX_HEAD_BYTES = 65_536;

const HEAD_END = Buffer.from("\r\n\r\n");

/** Reads answers of HTTP/1.1 that say their content-length, one after the other. */
export class ResponseReader {
	#head: Buffer = Buffer.alloc(0);
	#status = 0;
	/** Bytes of the body that are still to come; -1 while the head is read. */
	#missing = -1;

	/**
	 * Takes what arrived.
	 *
	 * @returns the answer's status once it is complete.
	 * @throws where it is not HTTP/1.1 with a content-length, or more came than one answer.
	 */
	read(chunk: Buffer): number | undefined {
		if (this.#missing < 0) this.#readHead(chunk);
		else this.#missing -= chunk.length;
		if (this.#missing < 0 && this.#status !== 0) throw new Error("more bytes came than one answer has");
		if (this.#missing !== 0 || this.#status === 0) return undefined;
		const status = this.#status;
		this.#status = 0;
		this.#missing = -1;
		return status;
	}

	#readHead(chunk: Buffer): void {
		const bytes = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
		const end = bytes.indexOf(HEAD_END);
		if (end < 0) {
			if (bytes.length > MAX_HEAD_BYTES) throw new Error("an answer's head does not end");
			this.#head = bytes;
			return;
		}
		const head = bytes.toString("latin1", 0, end);
		this.#head = Buffer.alloc(0);
		this.#status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(`${head} `)?.[1] ?? 0);
		const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
		if (this.#status === 0 || length === undefined) throw new Error(`not an answer with a content-length: ${head}`);
		this.#missing = Number(length) - (bytes.length - end - HEAD_END.length);
	}
}
