import { z } from "zod";
import { MixerError } from "../../error.ts";
import { readConfigFile } from "./secret-source.ts";

const file = z.string().min(1);

/** The files that a person names for a backend that speaks TLS. */
export const tlsFiles = z
	.strictObject({
		authorities: file.optional().meta({ description: "PEM of who may have signed the receiver's certificate." }),
		certificate: file.optional().meta({ description: "PEM of the client's certificate." }),
		key: file.optional().meta({ description: "PEM of its key." }),
	})
	.default({})
	.meta({ description: "Files for an `https` endpoint, read when the handler is opened." });

/** PEM. */
export interface TlsMaterial {
	readonly ca?: Buffer;
	readonly cert?: Buffer;
	readonly key?: Buffer;
}

/** @throws MixerError "invalid" naming the file that cannot be read. */
export async function readTls({ authorities, certificate, key }: z.output<typeof tlsFiles>): Promise<TlsMaterial> {
	if ((certificate === undefined) !== (key === undefined)) {
		throw new MixerError("invalid", "config.tls: certificate and key belong together: name both or none");
	}
	return {
		...(authorities !== undefined && { ca: await readConfigFile("config.tls.authorities", authorities) }),
		...(certificate !== undefined && { cert: await readConfigFile("config.tls.certificate", certificate) }),
		...(key !== undefined && { key: await readConfigFile("config.tls.key", key) }),
	};
}
