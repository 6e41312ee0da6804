/** JSON, or Rego's notation, with what stands outside of its strings changed; a string of any length takes no stack. */
export function changeOutsideStrings(text: string, change: (outside: string) => string): string {
	let changed = "";
	for (let at = 0; at < text.length; ) {
		const quote = text.indexOf('"', at);
		const start = quote < 0 ? text.length : quote;
		const end = quote < 0 ? text.length : endOfString(text, quote);
		changed += change(text.slice(at, start)) + text.slice(start, end);
		at = end;
	}
	return changed;
}

/** Where a string ends that begins with the quote at a place: behind its last quote, or at the end of the text. */
export function endOfString(text: string, quote: number): number {
	for (let at = text.indexOf('"', quote + 1); at >= 0; at = text.indexOf('"', at + 1)) {
		let backslashes = 0;
		while (text.charAt(at - 1 - backslashes) === "\\") backslashes++;
		if (backslashes % 2 === 0) return at + 1;
	}
	return text.length;
}
