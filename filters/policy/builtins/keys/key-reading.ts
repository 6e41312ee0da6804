/** How reading keys ended. */
export enum KeyReading {
	Done = 0,
	/** OPA refuses it too. */
	Malformed = 1,
	/** OPA would take it, or might: `whatIsNotHere` says what it is. */
	NotHere = 2,
}

let what: string = "";

/** Ends reading at something that the proxy doesn't take; `text` goes before "not available in the proxy". */
export function notHere(text: string): KeyReading {
	what = text;
	return KeyReading.NotHere;
}

/** What the last `notHere` was told. */
export function whatIsNotHere(): string {
	return what;
}
