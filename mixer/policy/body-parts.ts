import type { InputPath } from "./requirements.ts";

/** The parts of the input that are made of the request's body. */
export const BODY_PARTS: readonly InputPath[] = [
	["attributes", "request", "http", "body"],
	["attributes", "request", "http", "rawBody"],
	["parsed_body"],
	["truncated_body"],
];

/** The part of the body that a path is, or stands in; undefined where it is none. */
export function bodyPartOf(path: InputPath): InputPath | undefined {
	return BODY_PARTS.find((part) => part.every((segment, i) => path[i] === segment));
}
