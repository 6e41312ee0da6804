import { z } from "zod";
import { MixerError } from "../error.ts";
import { parseFaults } from "../fault-text.ts";
import { explainAbsentInputs } from "./absent-inputs.ts";
import { opaErrors, runOpa } from "./opa.ts";
import { withColumns } from "./opa-columns.ts";
import { withOpaSources } from "./opa-sources.ts";
import type { PolicySources } from "./policy-sources.ts";

const StrictErrors = z.object({
	errors: z.array(
		z.object({
			message: z.string(),
			location: z.object({ file: z.string(), row: z.number() }).optional(),
		}),
	),
});

/**
 * Checks the sources against the input's schema.
 *
 * @returns what opa's strict mode finds besides, such as a variable that nothing uses, as warnings with file and line.
 * opa ends at the first of its steps that finds something: what a later one would find is told when that is put right.
 * @throws MixerError "invalid" with every other fault.
 */
export async function checkRego(options: {
	opa: string;
	dir: string;
	sources: PolicySources;
	inputSchemaFile: string;
	signal?: AbortSignal | undefined;
}): Promise<readonly string[]> {
	const { opa, inputSchemaFile, signal } = options;
	const flags = ["--max-errors", "0", "--schema", inputSchemaFile];
	return withOpaSources({ ...options, tests: true, data: false }, async ({ cwd, args }) => {
		const check = (...how: readonly string[]) =>
			runOpa({ opa, args: ["check", ...how, ...flags, ...args], cwd, signal });
		const strict = await check("--strict", "--format", "json");
		if (strict.status === 0) return [];
		const plain = await check();
		if (plain.status === 0) return readFindings(opaErrors(strict));
		// Only JSON has the columns, and only the text the lines below an error.
		const message = explainAbsentInputs(opaErrors(plain));
		const { stderr } = await check("--format", "json");
		throw new MixerError("invalid", message, { faults: withColumns(parseFaults(message), stderr) });
	});
}

function readFindings(json: string): string[] {
	return StrictErrors.parse(JSON.parse(json)).errors.map(({ message, location }) => {
		const place = location === undefined ? "" : `${location.file}:${location.row}: `;
		return `${place}warning: ${message}`;
	});
}
