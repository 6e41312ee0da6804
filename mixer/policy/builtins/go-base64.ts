const ALPHABETS = { standard: /^[A-Za-z0-9+/]*={0,2}$/, url: /^[A-Za-z0-9\-_]*={0,2}$/ } as const;

/**
 * Bytes in base64 with padding, as Go reads it: line ends don't count.
 *
 * @throws Error in Go's words.
 */
export function decodeBase64(text: string, alphabet: keyof typeof ALPHABETS = "standard"): Buffer {
	const digits = text.replace(/[\r\n]/g, "");
	if (digits.length % 4 === 0 && ALPHABETS[alphabet].test(digits)) return Buffer.from(digits, "base64");
	const wrong = digits.search(alphabet === "url" ? /[^A-Za-z0-9\-_]/ : /[^A-Za-z0-9+/]/);
	throw new Error(`illegal base64 data at input byte ${wrong < 0 ? digits.length : wrong}`);
}

/** The same in base64url, which may lack the padding (RFC 7515, appendix C). */
export function decodeBase64Url(text: string): Buffer {
	const missing = text.endsWith("=") ? 0 : (4 - (Buffer.byteLength(text) % 4)) % 4;
	if (missing === 3) throw new Error("illegal base64url string");
	return decodeBase64(text + "=".repeat(missing), "url");
}
