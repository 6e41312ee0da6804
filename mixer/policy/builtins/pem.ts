/** A block of PEM (RFC 7468), and what follows it. */
export interface PemBlock {
	readonly label: string;
	readonly bytes: Buffer;
	readonly rest: string;
}

/** Headers may stand before the data, as encrypted keys have them. */
const BLOCK =
	/(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t\r]*\n((?:[^\n:]+:[^\n]*\n)*)([A-Za-z0-9+/=\s]*?)(?:\n|(?<=\n))-----END \1-----[ \t\r]*(?:\n|$)/;

/** The first block of a text, as Go finds it; undefined where there is none. */
export function decodePem(text: string): PemBlock | undefined {
	const found = BLOCK.exec(text);
	if (found === null) return undefined;
	const [all, label = "", , body = ""] = found;
	const digits = body.replace(/\s/g, "");
	const rest = text.slice(found.index + all.length);
	if (digits.length % 4 !== 0) return decodePem(rest);
	return { label, bytes: Buffer.from(digits, "base64"), rest };
}

/** All blocks of a text. */
export function pemBlocks(text: string): PemBlock[] {
	const blocks: PemBlock[] = [];
	for (let block = decodePem(text); block !== undefined; block = decodePem(block.rest)) blocks.push(block);
	return blocks;
}
