/** Characters that a terminal or a log reader may act on: controls, direction marks, line and paragraph separators. */
const ACTIVE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The text with every such character as \u{hex}, so that it stays on its line and is what it looks like. */
export function escapeControls(text: string): string {
	return text.replace(ACTIVE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
