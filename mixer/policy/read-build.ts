import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { MixerError } from "../error.ts";
import type { Build } from "./requirements.ts";
import { computeRevision } from "./revision.ts";
import { type BuildFile, SUMMED_FILES } from "./write-build.ts";

const RequirementsFile = z.object({
	revision: z.string(),
	opaVersion: z.string(),
	policies: z.array(
		z.object({
			name: z.string(),
			entrypoint: z.string(),
			placement: z.enum(["proxy", "mixer"]),
			inputs: z.array(z.array(z.string())),
			body: z.enum(["none", "whole", "truncated"]),
			builtins: z.array(z.string()),
			deterministic: z.boolean(),
			strictBuiltinErrors: z.boolean(),
		}),
	),
	httpSend: z
		.object({
			hosts: z.array(z.string()),
			timeoutMs: z.number(),
			responseBytes: z.number(),
			cacheBytes: z.number(),
		})
		.exactOptional(),
	reportAttributes: z.array(z.string()),
	testsPassed: z.number(),
});

const PluginConfigFile = z.looseObject({ revision: z.string() });

/**
 * Reads what `sluice build` wrote.
 *
 * @throws MixerError "invalid" where a file is missing, is not what SHA256SUMS says, or of another build: the revision is
 * computed again and held against both places that name it.
 */
export async function readBuild(dir: string): Promise<Build> {
	await checkSums(dir);
	const pluginConfig = (await read(dir, "plugin-config.json")).toString("utf8");
	const { testsPassed, ...requirements } = await parse(dir, "requirements.json", RequirementsFile);
	const { revision, ...rest } = await parse(dir, "plugin-config.json", PluginConfigFile);
	const policyWasm = await read(dir, "policy.wasm");
	const module = await read(dir, "filter.wasm");
	const data = await read(dir, "data.json");
	const network = requirements.httpSend === undefined ? {} : { httpSend: requirements.httpSend };
	const found = computeRevision({ policyWasm, module, data, pluginConfig: JSON.stringify(rest), ...network });
	if (found !== revision || found !== requirements.revision) {
		throw new MixerError("invalid", `${dir}: the files are not of one build: run sluice build again`);
	}
	return { requirements, module, policyWasm, data, pluginConfig, testsPassed };
}

/** A file that was changed afterwards, the module above all, is found before anything of it is used. */
async function checkSums(dir: string): Promise<void> {
	const sums = (await read(dir, "SHA256SUMS")).toString("utf8");
	for (const name of SUMMED_FILES) {
		const wanted = new RegExp(`^([0-9a-f]{64})  ${name.replaceAll(".", "\\.")}$`, "m").exec(sums)?.[1];
		const found = hash("sha256", await read(dir, name));
		if (found === wanted) continue;
		const message = `${join(dir, name)}: its SHA-256 is ${found}, SHA256SUMS says ${wanted ?? "nothing of it"}`;
		throw new MixerError("invalid", `${message}: it was changed after the build`);
	}
}

async function read(dir: string, name: BuildFile): Promise<Buffer> {
	try {
		return await readFile(join(dir, name));
	} catch (error) {
		const { message } = MixerError.from(error);
		throw new MixerError("invalid", `${dir}: no finished build is there: ${message}`, { cause: error });
	}
}

async function parse<Schema extends z.ZodType>(dir: string, name: BuildFile, schema: Schema): Promise<z.infer<Schema>> {
	try {
		return schema.parse(JSON.parse((await read(dir, name)).toString("utf8")));
	} catch (error) {
		if (error instanceof MixerError) throw error;
		throw new MixerError("invalid", `${join(dir, name)} is not of this version of sluice`, { cause: error });
	}
}
