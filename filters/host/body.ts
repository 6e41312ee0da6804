import { readBuffer } from "./configuration";
import { HostBytes } from "./memory";
import { Status } from "./status";

/** BufferType HttpRequestBody of proxy-wasm. */
const REQUEST_BODY: i32 = 0;

/**
 * At most `size` bytes from the start of what Envoy holds of the selected stream's body. Only while the stream is held in
 * its own body or trailers callback, or since one that ended with STOP_AND_BUFFER: at any other time Envoy has no buffer,
 * and reads one that is gone.
 */
export function readRequestBody(size: i32, out: HostBytes): Status {
	return readBuffer(REQUEST_BODY, size, out);
}

/** FilterHeadersStatus, FilterDataStatus and FilterTrailersStatus of the proxy-wasm ABI: what a callback answers. */
export enum Flow {
	/** Goes on. */
	Continue = 0,
	/** Headers: nothing goes on until the body callback says so, and that is called. Body: held, and read as one. */
	StopAndBuffer = 1,
	/** Body: held, and the sender is slowed down where it is much; what is held can't be read any more. */
	StopAndWatermark = 2,
	/** Body: thrown away. */
	StopAndDrop = 3,
	/** Headers: nothing goes on, the body neither, and its callback is not called. */
	StopAll = 4,
}
