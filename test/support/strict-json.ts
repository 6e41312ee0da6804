/**
 * Whether a text is JSON to OPA's parser and to none of the strict ones: a key twice, a lone surrogate, bytes that are
 * not UTF-8, or something behind a value and a null.
 */
export function isLooseJson(bytes: Uint8Array): boolean {
	try {
		const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
		const value: unknown = JSON.parse(text);
		return /\\ud[89a-f]/.test(JSON.stringify(value)) || keysIn(text) !== keysOf(value);
	} catch {
		return true;
	}
}

/** Whether a body that calls itself JSON, or has a part that does, may be refused for that, or for an exponent of four digits. */
export function hasLooseJson(type: string, body: Uint8Array): boolean {
	const text = Buffer.from(body).toString("latin1");
	if (type.includes("application/json")) return isLooseJson(body) || /[eE][-+]?\d{4}/.test(text);
	if (!/application\/json/i.test(text)) return false;
	const parts = text.split(/\r?\n\r?\n/);
	return parts.some((part) => isLooseJson(Buffer.from(part.split(/\r?\n--/)[0] ?? "", "latin1")));
}

/** How many keys stand in a JSON text: its strings with a colon behind them. */
function keysIn(text: string): number {
	return [...text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/gs)].filter(([, colon]) => colon === ":").length;
}

function keysOf(value: unknown): number {
	if (typeof value !== "object" || value === null) return 0;
	const own = Array.isArray(value) ? 0 : Object.keys(value).length;
	return Object.values(value).reduce((sum: number, inner) => sum + keysOf(inner), own);
}
