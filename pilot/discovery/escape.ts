/** A text that others wrote, fit for a line of a log: characters that move the cursor or hide are written as escapes. */
export function escapeControls(text: string): string {
	return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
		const code = character.codePointAt(0) ?? 0;
		return character === "\n" ? "\\n" : `\\u{${code.toString(16)}}`;
	});
}
