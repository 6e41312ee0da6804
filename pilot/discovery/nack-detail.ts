import { escapeControls } from "./escape.ts";

/** Of Envoy's text, in characters: it may begin with a dump of the whole message, and what is wrong stands at its end. */
const DETAIL_LENGTH = 300;

/** Why an Envoy refused a response, as one line. */
export function nackDetail(message: string): string {
	const isCut = message.length > DETAIL_LENGTH;
	return `${isCut ? "…" : ""}${escapeControls(message.slice(-DETAIL_LENGTH))}`;
}
