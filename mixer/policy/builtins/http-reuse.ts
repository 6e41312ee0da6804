import type { HttpRequest, HttpResponse } from "../network/http-exchange.ts";
import type { PolicyNetwork } from "../network/policy-network.ts";
import { freshness, isCacheable } from "./http-freshness.ts";

export interface ReuseOptions {
	/** What makes requests equal. */
	readonly key: string;
	readonly network: PolicyNetwork;
	readonly nowMs: number;
	/** How long a response is kept whatever it says of itself. */
	readonly forcedSeconds: number | undefined;
}

/** A fresh response of another evaluation, one that its server says is still good, or a new one, which is kept if it may be. */
export function cachedOrSent(request: HttpRequest, options: ReuseOptions): HttpResponse {
	const { key, network, nowMs, forcedSeconds } = options;
	const cached = network.cache.get(key);
	if (cached !== undefined && nowMs < cached.expiresAtMs) return cached.response;
	network.cache.delete(key);
	const known = cached && revalidated(cached.response, request, network);
	const response = known ?? network.send(request);
	const expiresAtMs = isCacheable(response, forcedSeconds) ? freshness(response, { nowMs, forcedSeconds }) : undefined;
	if (expiresAtMs !== undefined) network.cache.set(key, { response, expiresAtMs });
	return response;
}

/** What its server says of a response; undefined where it can't be asked, or answers neither the one nor the other. */
function revalidated(response: HttpResponse, request: HttpRequest, network: PolicyNetwork): HttpResponse | undefined {
	const [tag, modified] = [response.headers.etag?.[0], response.headers["last-modified"]?.[0]];
	if (tag === undefined && modified === undefined) return undefined;
	const conditions = {
		...(tag === undefined ? {} : { "If-None-Match": tag }),
		...(modified === undefined ? {} : { "If-Modified-Since": modified }),
	};
	const answer = network.send({ ...request, headers: { ...request.headers, ...conditions } });
	if (answer.statusCode === 304) return { ...response, headers: { ...response.headers, ...answer.headers } };
	return answer.statusCode === 200 ? answer : undefined;
}
