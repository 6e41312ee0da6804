import { createHmac } from "node:crypto";

/** What the key is for: a word made of the token for something else is another one. */
const PURPOSE = "sluice decisions page";

/** What lets one look at decisions and do nothing else: made of the owner's token, which can't be told from it. */
export function pageKey(token: string): string {
	return createHmac("sha256", token).update(PURPOSE).digest("base64url");
}

/** Where a person opens the page. What follows the hash stays in the browser. */
export function pageAddress(options: { host: string; adminPort: number; token: string }): string {
	const { host, adminPort, token } = options;
	return `http://${host}:${adminPort}/#key=${pageKey(token)}`;
}
