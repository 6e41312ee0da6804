import { z } from "zod";
import { MixerError } from "../../mixer/error.ts";
import { type AdminAnswer, type AdminRequest, type AdminRoute, jsonAnswer } from "../../mixer/observe/admin-route.ts";
import type { QuotaInspector } from "../../mixer/quota/inspect.ts";
import { decodeKey, encodeKey } from "../../mixer/quota/key.ts";
import { isAuthorized } from "../revisions/state/admin-token.ts";

export const QUOTAS_PATH = "/quotas";
export const COUNTER_PATH = "/quotas/counter";
export const RESET_PATH = "/quotas/reset";

const Counter = z.strictObject({
	quota: z.string().max(256),
	key: z.array(z.union([z.string(), z.number(), z.boolean()])),
});

/** What of a server's quotas these routes need. */
type Inspector = Pick<QuotaInspector, "list" | "get" | "reset">;

export interface QuotaRoutesOptions {
	readonly inspector: Inspector;
	/** What its owner has to show, to look as well: keys name people. */
	readonly token: string;
}

/** What `sluice quota` asks of a server at its admin port. */
export function quotaRoutes({ inspector, token }: QuotaRoutesOptions): readonly AdminRoute[] {
	const route = (
		method: AdminRoute["method"],
		path: string,
		answer: (request: AdminRequest) => Promise<object>,
	): AdminRoute => {
		const handle = async (request: AdminRequest): Promise<AdminAnswer> => {
			if (!isAuthorized(request.authorization, token))
				return jsonAnswer(401, { error: "the token is missing or wrong" });
			try {
				return jsonAnswer(200, await answer(request));
			} catch (thrown) {
				return failure(MixerError.from(thrown));
			}
		};
		return { method, path, handle };
	};
	return [
		route("GET", QUOTAS_PATH, async () => ({ quotas: await inspector.list() })),
		route("GET", COUNTER_PATH, ({ query }) => {
			const { quota, key } = counterOf({ quota: query.get("quota"), key: parseJson(query.get("key") ?? "") });
			return inspector.get(quota, key);
		}),
		route("POST", RESET_PATH, async ({ body }) => {
			const { quota, key } = counterOf(parseJson(body));
			return { reset: await inspector.reset(quota, key) };
		}),
	];
}

function counterOf(value: unknown): { quota: string; key: Uint8Array } {
	try {
		const { quota, key } = Counter.parse(value);
		const bytes = encodeKey(key);
		decodeKey(bytes);
		return { quota, key: bytes };
	} catch (cause) {
		throw new MixerError("invalid", 'there must be a quota and a key, a list in JSON such as ["alice"]', { cause });
	}
}

function failure(error: MixerError): AdminAnswer {
	if (error.code !== "invalid" && error.code !== "unavailable") throw error;
	return jsonAnswer(error.code === "invalid" ? 400 : 503, { error: error.message });
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
