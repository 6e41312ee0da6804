/** What the admin port answers. */
export interface AdminAnswer {
	readonly status: number;
	/** The content's type. */
	readonly type: string;
	readonly body: string;
	/** Beside those of every answer. */
	readonly headers?: Readonly<Record<string, string>>;
}

/** An answer without an end. */
export interface AdminStream {
	/** The content's type. */
	readonly type: string;
	/** Beside those of every answer. */
	readonly headers?: Readonly<Record<string, string>>;
	/** Writes into it from now on; what it returns is called when the other side is gone. */
	readonly open: (sink: AdminSink) => () => void;
}

/** Where a stream is written. */
export interface AdminSink {
	/** Bytes that the other side has not taken yet. */
	readonly writableLength: number;
	write(text: string): unknown;
}

/** A request of the admin port, read. */
export interface AdminRequest {
	/** The header as it came; undefined without. */
	readonly authorization: string | undefined;
	/** What follows the path. */
	readonly query: URLSearchParams;
	readonly body: string;
}

/** Something more that the admin port does. */
export interface AdminRoute {
	/** GET answers HEAD as well. */
	readonly method: "GET" | "POST";
	readonly path: string;
	/** What it throws is answered 500 without a word about it. */
	readonly handle: (request: AdminRequest) => Promise<AdminAnswer> | AdminAnswer | AdminStream;
}

/** An answer that programs read. */
export function jsonAnswer(status: number, value: object): AdminAnswer {
	return { status, type: "application/json", body: `${JSON.stringify(value)}\n` };
}
