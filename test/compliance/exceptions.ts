import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { type Place, places } from "./run-case.ts";

const File = z.array(
	z.strictObject({
		reason: z.string().min(1),
		places: z.array(z.enum(places)).min(1),
		cases: z.array(z.string()).min(1),
	}),
);

/** Why cases don't pass, by place and name. */
export type Exceptions = ReadonlyMap<Place, ReadonlyMap<string, string>>;

/** Reads the list of exceptions. */
export async function readExceptions(path: string): Promise<Exceptions> {
	const groups = File.parse(parse(await readFile(path, "utf8")));
	return new Map(
		places.map((place) => {
			const here = groups.filter((group) => group.places.includes(place));
			return [place, new Map(here.flatMap(({ reason, cases }) => cases.map((name) => [name, reason] as const)))];
		}),
	);
}
