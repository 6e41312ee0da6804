/** The parts of a URL that Go's net/url escapes each in its own way. */
export type UrlPart = "path" | "host" | "zone" | "userinfo" | "query" | "fragment";

/** What stands in each part unescaped beside letters, digits and `-_.~` (net/url/gen_encoding_table.go). */
const plain: Readonly<Record<UrlPart, string>> = {
	path: "$&+,/:;=@",
	host: "!$&'()*+,;=:[]<>\"",
	zone: "!$&'()*+,;=:[]<>\"",
	userinfo: "$&+,;=",
	query: "",
	fragment: "$&+,/:;=?@!()*",
};

/** Text percent-encoded as Go does; a space in a query is a plus. */
export function escapeUrl(text: string, part: UrlPart): string {
	let escaped = "";
	for (const byte of Buffer.from(text)) {
		const char = String.fromCharCode(byte);
		if (isPlain(char, part)) escaped += char;
		else if (char === " " && part === "query") escaped += "+";
		else escaped += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
	}
	return escaped;
}

/**
 * The text behind percent-encoding.
 *
 * @throws Error in Go's words where it is malformed, or a host has what no host can have.
 */
export function unescapeUrl(text: string, part: UrlPart): string {
	const isHost = part === "host" || part === "zone";
	const bytes: number[] = [];
	const source = Buffer.from(text).toString("latin1");
	for (let i = 0; i < source.length; i++) {
		const char = source.charAt(i);
		if (char === "%") {
			bytes.push(unescapeByte(source.slice(i, i + 3), part));
			i += 2;
		} else if (isHost && char < "\x80" && !isPlain(char, part)) {
			throw new Error(`invalid character ${JSON.stringify(char)} in host name`);
		} else bytes.push(char === "+" && part === "query" ? 0x20 : char.charCodeAt(0));
	}
	return Buffer.from(bytes).toString("utf8");
}

function unescapeByte(written: string, part: UrlPart): number {
	const byte = /^%[0-9a-f]{2}$/i.test(written) ? Number.parseInt(written.slice(1), 16) : -1;
	const isForbidden =
		written !== "%25" &&
		((part === "host" && byte < 0x80) ||
			(part === "zone" && byte !== 0x20 && (byte >= 0x80 || !isPlain(String.fromCharCode(byte), "host"))));
	if (byte < 0 || isForbidden) throw new Error(`invalid URL escape ${JSON.stringify(written)}`);
	return byte;
}

function isPlain(char: string, part: UrlPart): boolean {
	return /^[a-zA-Z0-9\-_.~]$/.test(char) || plain[part].includes(char);
}
