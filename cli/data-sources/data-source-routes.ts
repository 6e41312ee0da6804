import type { SourceView } from "../../mixer/data-sources/running-source.ts";
import { type AdminRoute, jsonAnswer } from "../../mixer/observe/admin-route.ts";
import { isAuthorized } from "../revisions/state/admin-token.ts";

export const DATA_SOURCES_PATH = "/data-sources";

/** What `sluice data-source` asks of a server at its admin port: with the token, since messages say where data are. */
export function dataSourceRoutes(options: {
	views: () => readonly SourceView[];
	token: string;
}): readonly AdminRoute[] {
	const handle: AdminRoute["handle"] = ({ authorization }) => {
		if (isAuthorized(authorization, options.token)) return jsonAnswer(200, { dataSources: options.views() });
		return jsonAnswer(401, { error: "the token is missing or wrong" });
	};
	return [{ method: "GET", path: DATA_SOURCES_PATH, handle }];
}
