import { FILTER_NAME } from "../extension-config.ts";
import type { Catalogue } from "./catalogue.ts";
import { EXTENSION_CONFIG_TYPE, type Publication } from "./publication.ts";

/** What a proxy may ask for: the filter, awaited until a revision is published. Of other names and types there is nothing. */
export function servedCatalogue(options: {
	readonly current: () => Publication | undefined;
	readonly isAllowed: (name: string) => boolean;
}): Catalogue {
	const { current, isAllowed } = options;
	return {
		find(typeUrl, name) {
			if (typeUrl !== EXTENSION_CONFIG_TYPE) return "absent";
			if (name !== FILTER_NAME || !isAllowed(name)) return "withheld";
			return current() ?? "awaited";
		},
		names: (typeUrl) => (typeUrl === EXTENSION_CONFIG_TYPE ? [FILTER_NAME] : []),
	};
}
