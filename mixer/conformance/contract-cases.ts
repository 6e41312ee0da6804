import { attributeNames } from "../adapters/json-line.ts";
import { MixerError } from "../error.ts";
import { show } from "./answer.ts";
import type { CaseContext } from "./case-context.ts";
import { CaseFailure, NotRun } from "./case-failure.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { SAMPLES } from "./sample-batches.ts";

/** A setting that no adapter has. */
const UNKNOWN = "conformanceNonsense";

/** What an adapter says of itself, and the configurations it takes and refuses. */
export const contractCases: readonly ConformanceCase[] = [
	{
		name: "config",
		promise: "opens with a configuration that works, and closes",
		async run(context) {
			await (await context.open()).end();
		},
	},
	{
		name: "attributes",
		promise: "reads attributes of the vocabulary only",
		async run(context) {
			const checked = context.check(context.config());
			const named = ("value" in checked && context.adapter.attributes?.(checked.value)) || [];
			const known = new Set<string>(attributeNames());
			const unknown = named.find((name) => !known.has(name));
			if (unknown === undefined) return;
			throw new CaseFailure(`attributes names ${show(unknown)}`, "name attributes of docs/attributes.md");
		},
	},
	{
		name: "unknown-settings",
		promise: "refuses a setting that its schema does not know",
		async run(context) {
			const result = context.check({ ...context.config(), [UNKNOWN]: 1 });
			if ("faults" in result && result.faults.includes(UNKNOWN)) return;
			throw new CaseFailure("an unknown setting is accepted", "let configSchema have additionalProperties: false");
		},
	},
	{
		name: "wrong-settings",
		promise: "refuses what is wrong, by its schema or when it is built",
		async run(context) {
			const { wrong = [] } = context.harness;
			if (wrong.length === 0) throw new NotRun("conformance.ts names no configurations under wrong");
			for (const config of wrong) await refuses(context, config);
		},
	},
	{
		name: "secrets",
		promise: "shows no secret, whatever fails",
		async run(context) {
			const secrets = Object.values(context.harness.environment ?? {}).filter((secret) => secret !== "");
			if (secrets.length === 0) throw new NotRun("conformance.ts names no environment");
			for (const config of context.harness.wrong ?? []) await refuses(context, config).catch(() => {});
			for (const conduct of ["sound", "failing", "refusing"] as const) {
				if (conduct !== "sound" && !context.backend.conducts?.includes(conduct)) continue;
				const opened = await context.open();
				await context.backend.behave(conduct);
				for (const signal of context.signals) await opened.handle(SAMPLES[signal].ordinary(1)).catch(() => {});
				await opened.end().catch(() => {});
			}
			const shown = context.said.find((text) => secrets.some((secret) => text.includes(secret)));
			if (shown === undefined) return;
			throw new CaseFailure(
				"a secret of the environment stands in a log line or an error",
				"name the variable, never its value",
			);
		},
	},
];

async function refuses(context: CaseContext, config: object): Promise<void> {
	const result = context.check(config);
	if ("faults" in result) return;
	const opened = await context.openWith(result.value).catch(asError);
	if (opened instanceof CaseFailure) throw opened;
	if (opened instanceof MixerError) {
		if (opened.message !== "") return;
		throw new CaseFailure(
			`${show(config)} is refused without a word`,
			"throw an Error that names the field and says what to do",
		);
	}
	throw new CaseFailure(`${show(config)} is accepted`, "refuse it by configSchema, or throw in build");
}

function asError(thrown: unknown): CaseFailure | MixerError {
	return thrown instanceof CaseFailure ? thrown : MixerError.from(thrown);
}
