import type { HttpResponse } from "../network/http-exchange.ts";

/** Statuses whose answers may be kept (RFC 9110, section 15.1), as OPA has them. */
const CACHEABLE = new Set([200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501]);

/** Whether a response may be kept for other evaluations. */
export function isCacheable(response: HttpResponse, forcedSeconds: number | undefined): boolean {
	const isAllowed = forcedSeconds !== undefined || !cacheControl(response).has("no-store");
	return isAllowed && CACHEABLE.has(response.statusCode);
}

/**
 * Until when a response may be used, in milliseconds since 1970: as long as the policy says, else by its max-age from its
 * Date on, else until its Expires. undefined where it doesn't say.
 */
export function freshness(
	response: HttpResponse,
	{ nowMs, forcedSeconds }: { nowMs: number; forcedSeconds: number | undefined },
): number | undefined {
	if (forcedSeconds !== undefined) return nowMs + forcedSeconds * 1000;
	const maxAge = cacheControl(response).get("max-age");
	if (maxAge === undefined) return dateOf(response, "expires") ?? 0;
	const date = dateOf(response, "date");
	return date === undefined || !/^\d+$/.test(maxAge) ? undefined : date + Math.min(Number(maxAge), 2 ** 31 - 1) * 1000;
}

function cacheControl({ headers }: HttpResponse): ReadonlyMap<string, string> {
	const directives = (headers["cache-control"]?.[0] ?? "").split(",").map((part) => part.trim());
	return new Map(
		directives
			.filter((part) => part.split("=").length <= 2)
			.map((part) => {
				const [name = "", value = ""] = part.split("=");
				return [name.trim(), value] as const;
			}),
	);
}

function dateOf({ headers }: HttpResponse, name: string): number | undefined {
	const time = Date.parse(headers[name]?.[0] ?? "");
	return Number.isNaN(time) ? undefined : time;
}
