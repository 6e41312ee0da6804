import type { MixerSettings } from "../live-mixer.ts";
import type { PortUse } from "./ports.ts";

/** Every port that `sluice up` listens on. */
export interface UpPorts {
	readonly listener: number;
	readonly envoyAdmin: number;
	readonly mixer: number;
	readonly discovery: number;
	readonly admin: number;
	/** The sample's two; unused with an upstream of one's own. */
	readonly storefront: number;
	readonly catalogue: number;
}

/** Where the sample listens if nobody says otherwise. */
const SAMPLE_PORTS = { storefront: 8081, catalogue: 8082 } as const;

/** What each port is for, and the option of `sluice up` that changes it. */
export const PORT_OPTIONS: { readonly [P in keyof UpPorts]: { readonly purpose: string; readonly option: string } } = {
	listener: { purpose: "app through Envoy", option: "--port" },
	envoyAdmin: { purpose: "Envoy admin", option: "--envoy-admin-port" },
	mixer: { purpose: "Mixer", option: "--mixer-port" },
	discovery: { purpose: "discovery", option: "--discovery-port" },
	admin: { purpose: "metrics", option: "--admin-port" },
	storefront: { purpose: "the sample's storefront", option: "--storefront-port" },
	catalogue: { purpose: "the sample's catalogue", option: "--catalogue-port" },
};

/** The ports chosen on the command line, else those of the Settings. */
export function choosePorts(chosen: Partial<UpPorts>, settings: MixerSettings): UpPorts {
	return { ...SAMPLE_PORTS, ...settings.ports, ...chosen };
}

/** The ports as uses to be checked. */
export function portUses(ports: UpPorts, options: { sample: boolean }): readonly PortUse[] {
	const { listener, envoyAdmin, mixer, discovery, admin, storefront, catalogue } = PORT_OPTIONS;
	const mesh = [
		{ port: ports.listener, ...listener },
		{ port: ports.envoyAdmin, ...envoyAdmin },
		{ port: ports.mixer, ...mixer },
		{ port: ports.discovery, ...discovery },
		{ port: ports.admin, ...admin },
	];
	if (!options.sample) return mesh;
	return [...mesh, { port: ports.storefront, ...storefront }, { port: ports.catalogue, ...catalogue }];
}
