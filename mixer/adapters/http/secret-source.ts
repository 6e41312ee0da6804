import { readFile } from "node:fs/promises";
import { z } from "zod";
import { MixerError } from "../../error.ts";

/** Where a value comes from that is in no configuration. */
export const secretSource = z.strictObject({
	env: z.string().min(1).optional().meta({ description: "An environment variable." }),
	file: z
		.string()
		.min(1)
		.optional()
		.meta({ description: "A file; blanks and line feeds around the value do not count." }),
});

/** Where such values may come from. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a value from where a person says that it is.
 *
 * @param field the field that says so, for messages.
 * @throws MixerError "invalid" naming what is missing, and no value.
 */
export async function readSecret(
	field: string,
	{ env, file }: z.output<typeof secretSource>,
	environment: Environment,
): Promise<string> {
	if ((env === undefined) === (file === undefined)) {
		throw new MixerError("invalid", `${field}: name either env or file`);
	}
	if (file !== undefined) return (await readConfigFile(`${field}.file`, file)).toString("utf8").trim();
	const value = environment[env ?? ""];
	if (value !== undefined) return value;
	throw new MixerError("invalid", `${field}.env: there is no environment variable ${env}`);
}

/** @throws MixerError "invalid" naming the field and the file that cannot be read. */
export async function readConfigFile(field: string, path: string): Promise<Buffer> {
	try {
		return await readFile(path);
	} catch (cause) {
		throw new MixerError("invalid", `${field}: ${path} cannot be read: ${MixerError.from(cause).message}`, { cause });
	}
}
