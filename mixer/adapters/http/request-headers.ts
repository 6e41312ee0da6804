import { z } from "zod";
import { MixerError } from "../../error.ts";
import { type Environment, readSecret, secretSource } from "./secret-source.ts";

/** Headers that a person wants every request to have. Their values may be secret, so that they are in no configuration. */
export const headerSources = z
	.record(z.string(), secretSource)
	.default({})
	.meta({ description: "Headers of every request, by name: each from an environment variable or a file." });

/** What HTTP lets a header be called (RFC 9110, token). */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Reads the values of headers.
 *
 * @param options.taken names, in small letters, that can't be set.
 * @throws MixerError "invalid" naming what is missing or can't be, and no value.
 */
export async function readHeaders(
	sources: z.output<typeof headerSources>,
	environment: Environment,
	{ taken = [] }: { taken?: readonly string[] } = {},
): Promise<Record<string, string>> {
	const read = Object.entries(sources).map(async ([name, source]) => {
		const field = `config.headers.${name}`;
		if (!NAME.test(name)) throw new MixerError("invalid", `${field}: ${name} is no header's name`);
		if (taken.includes(name.toLowerCase())) throw new MixerError("invalid", `${field}: is set by the adapter itself`);
		const value = await readSecret(field, source, environment);
		if (!/^[\t\x20-\x7e]*$/.test(value)) throw new MixerError("invalid", `${field}: its value is no header's`);
		return [name, value] as const;
	});
	return Object.fromEntries(await Promise.all(read));
}
