import type { HttpResponse } from "../network/http-exchange.ts";
import { array, NULL, number, object, record, text } from "./make-value.ts";
import { readJson } from "./read-json.ts";
import type { RegoValue } from "./rego-value.ts";
import { readYaml } from "./yaml-read.ts";

/** What http.send answers. A body that can't be decoded is null, and always there as it came. */
export function responseValue(
	{ status, statusCode, headers, body }: HttpResponse,
	decoding: { isJson: boolean; isYaml: boolean },
): RegoValue {
	const raw = Buffer.from(body).toString("utf8");
	const type = headers["content-type"]?.[0] ?? "";
	const lists = Object.entries(headers).map(([name, values]) => [text(name), array(values.map(text))] as const);
	return record({
		status: text(status),
		status_code: number(statusCode),
		headers: object(lists),
		raw_body: text(raw),
		body: decodedOrNull(raw, type, decoding),
	});
}

function decodedOrNull(raw: string, type: string, { isJson, isYaml }: { isJson: boolean; isYaml: boolean }): RegoValue {
	try {
		if (isJson || /^\s*application\/(?:[^;\s/]+\+)?json\s*(?:;|$)/i.test(type)) return readJson(raw);
		return isYaml || /application\/(?:x-)?yaml/.test(type) ? readYaml(raw) : NULL;
	} catch {
		return NULL;
	}
}
