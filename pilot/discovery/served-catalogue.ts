import { FILTER_NAME } from "../extension-config.ts";
import type { Catalogue } from "./catalogue.ts";
import { EXTENSION_CONFIG_TYPE, type Publication } from "./publication.ts";
import { isLater, parseVersion } from "./version.ts";

/**
 * What a proxy may ask for: the filter, awaited until a revision is published. Of other names and types there is nothing.
 * A proxy that has a later revision keeps it while `isPatient`: it had it from a server that was quicker to build, or from
 * this one before a restart.
 */
export function servedCatalogue(options: {
	readonly current: () => Publication | undefined;
	readonly isAllowed: (name: string) => boolean;
	readonly isPatient: () => boolean;
}): Catalogue {
	const { current, isAllowed, isPatient } = options;
	return {
		find(typeUrl, name, held = "") {
			if (typeUrl !== EXTENSION_CONFIG_TYPE) return "absent";
			if (name !== FILTER_NAME || !isAllowed(name)) return "withheld";
			const publication = current();
			if (publication === undefined) return "awaited";
			return isPatient() && isLater(parseVersion(held), publication) ? "awaited" : publication;
		},
		names: (typeUrl) => (typeUrl === EXTENSION_CONFIG_TYPE ? [FILTER_NAME] : []),
	};
}
