import { addHeader, HeaderMap, removeHeader, replaceHeader } from "../host/headers";
import { Status } from "../host/status";
import { OperationKind, Operations } from "../policy/operations";
import { Slice } from "../wire/slice";
import { QueryRewrite } from "./query-rewrite";
import { writeMetadata } from "./seal";

const PATH = Slice.of(":path");
const rewrite = new QueryRewrite();

/**
 * Does to the selected stream's request what the decisions say.
 *
 * @param path the request's `:path`; empty for CONNECT, which has no query to change.
 * @returns the first refusal of the host's, or Ok.
 */
export function applyToRequest(operations: Operations, path: Slice): Status {
	operations.rewind();
	while (operations.next()) {
		let status = applyOne(operations);
		if (status != Status.Ok) return status;
	}
	if (operations.queryChanges == 0 || path.size == 0) return Status.Ok;
	rewrite.write(path, operations);
	if (!rewrite.complete) return Status.BadArgument;
	return replaceHeader(HeaderMap.Request, PATH.ptr, PATH.size, rewrite.ptr, rewrite.size);
}

/** Adds to the selected stream's response what the decisions say, beside what the upstream sent of the same names. */
export function applyToResponse(operations: Operations): void {
	operations.rewind();
	while (operations.next()) {
		let name = operations.name;
		let value = operations.value;
		if (operations.kind != OperationKind.AddResponseHeader) continue;
		addHeader(HeaderMap.Response, name.ptr, name.size, value.ptr, value.size);
	}
}

function applyOne(operations: Operations): Status {
	let name = operations.name;
	let value = operations.value;
	switch (operations.kind) {
		case OperationKind.SetRequestHeader:
			return replaceHeader(HeaderMap.Request, name.ptr, name.size, value.ptr, value.size);
		case OperationKind.AddRequestHeader:
			return addHeader(HeaderMap.Request, name.ptr, name.size, value.ptr, value.size);
		case OperationKind.RemoveRequestHeader:
			return removeHeader(HeaderMap.Request, name.ptr, name.size);
		case OperationKind.Metadata:
			return writeMetadata(value);
		default:
			return Status.Ok;
	}
}
