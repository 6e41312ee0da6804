import type { MixerSettings } from "../live-mixer.ts";

/** What a server can't change while it runs, as people write it. */
export type RestartField =
	| `spec.ports.${keyof MixerSettings["ports"]}`
	| "spec.mixer.cluster"
	| "spec.tls"
	| "spec.quotaStores";

/**
 * Which of these fields are others now than those that a server was started with.
 *
 * @param fields those that have a say in it: a port that was chosen on the command line has none.
 */
export function restartFields(options: {
	started: MixerSettings;
	now: MixerSettings;
	fields: readonly RestartField[];
}): readonly RestartField[] {
	const { started, now, fields } = options;
	return fields.filter((field) => fieldIn(started, field) !== fieldIn(now, field));
}

function fieldIn({ ports, mixer, tls, quotaStores }: MixerSettings, field: RestartField): string | number {
	switch (field) {
		case "spec.mixer.cluster":
			return mixer.cluster;
		case "spec.tls":
			// What stands in the files, and the list of proxies, may change while it runs.
			return tls === undefined ? "" : JSON.stringify([tls.certificate, tls.key, tls.clientAuthorities]);
		case "spec.quotaStores":
			return JSON.stringify(quotaStores);
		case "spec.ports.listener":
			return ports.listener;
		case "spec.ports.envoyAdmin":
			return ports.envoyAdmin;
		case "spec.ports.mixer":
			return ports.mixer;
		case "spec.ports.discovery":
			return ports.discovery;
		case "spec.ports.admin":
			return ports.admin;
	}
}
