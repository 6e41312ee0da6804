import { z } from "zod";
import { jsonSchema, parseConfig } from "../adapters/config.ts";
import { MixerError } from "../error.ts";
import type { DataSourceAdapter } from "./data-source.ts";
import { openOrigin, originFields, sourceOf } from "./origin.ts";
import { utf8Text } from "./utf8-text.ts";

/** Levels of a document: its parser in the proxy has one small stack. */
const MAX_DEPTH = 64;

const settings = z.strictObject(originFields);

/** A JSON document as it is. */
export const json: DataSourceAdapter = {
	name: "json",
	configSchema: jsonSchema(settings),
	build(config, env) {
		return sourceOf(openOrigin(parseConfig(settings, config), env), { empty: "{}", parse });
	},
};

function parse(bytes: Buffer, shown: string): { document: string; entries: number } {
	const document = utf8Text(bytes, shown);
	const value = parseJson(document, shown);
	if (isDeeper(value, MAX_DEPTH)) {
		throw new MixerError("invalid", `${shown}: is nested more than ${MAX_DEPTH} levels deep`);
	}
	const entries = typeof value === "object" && value !== null ? Object.keys(value).length : 1;
	return { document, entries };
}

function parseJson(text: string, shown: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		const { message } = MixerError.from(cause);
		const at = / in JSON at position (\d+)/.exec(message);
		const line = at === null ? text.split("\n").length : text.slice(0, Number(at[1])).split("\n").length;
		const [what = ""] = message.split(/ in JSON at position|, "|\n/);
		throw new MixerError("invalid", `${shown}:${line}: is not JSON: ${what}`, { cause });
	}
}

function isDeeper(value: unknown, levels: number): boolean {
	if (typeof value !== "object" || value === null) return false;
	return levels === 0 || Object.values(value).some((below) => isDeeper(below, levels - 1));
}
