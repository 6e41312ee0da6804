import * as z from "zod";
import { compareBytes } from "../message.ts";
import { checkedText } from "./checked-text.ts";
import { headerName } from "./names.ts";

/** Headers that carry credentials: redacted in every record and log whatever the configuration says. */
export const ALWAYS_REDACTED_HEADERS = [
	"authorization",
	"cookie",
	"proxy-authorization",
	"set-cookie",
	"x-api-key",
] as const;

/** Query parameters that carry credentials: redacted in every record and log whatever the configuration says. */
export const ALWAYS_REDACTED_QUERY_PARAMETERS = [
	"access_token",
	"api_key",
	"apikey",
	"auth",
	"client_secret",
	"code",
	"id_token",
	"password",
	"refresh_token",
	"secret",
	"sig",
	"signature",
	"token",
] as const;

/** Each name is compared with each header or parameter of each record. */
const MAX_NAMES = 100;

const MAX_PARAMETER_LENGTH = 256;

/** What is kept out of records and logs; what always is comes in by itself. */
export const redactionSchema = z
	.strictObject({
		headers: z
			.array(checkedText(headerName))
			.max(MAX_NAMES)
			.default([])
			.describe(`Headers besides ${listed(ALWAYS_REDACTED_HEADERS)}, which always are. Case does not matter.`)
			.transform((names) => merged(ALWAYS_REDACTED_HEADERS, names.map(lowerCase))),
		queryParameters: z
			.array(z.string().min(1).max(MAX_PARAMETER_LENGTH))
			.max(MAX_NAMES)
			.default([])
			.describe(`Query parameters besides ${listed(ALWAYS_REDACTED_QUERY_PARAMETERS)}, which always are.`)
			.transform((names) => merged(ALWAYS_REDACTED_QUERY_PARAMETERS, names)),
	})
	.prefault({})
	.describe("What never enters a record or a log.");

function merged(always: readonly string[], more: readonly string[]): string[] {
	return [...new Set([...always, ...more])].sort(compareBytes);
}

function lowerCase(name: string): string {
	return name.toLowerCase();
}

function listed(names: readonly string[]): string {
	return names.map((name) => `\`${name}\``).join(", ");
}
