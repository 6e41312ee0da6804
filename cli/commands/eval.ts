import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { type Command, Option } from "commander";
import type { Snapshot } from "../../galley/snapshot.ts";
import { MixerError } from "../../mixer/error.ts";
import { systemClock } from "../../mixer/observe/clock.ts";
import { type EvaluatedOnce, evaluateOnce } from "../../mixer/policy/evaluate-once.ts";
import { linkableFilter } from "../checkout.ts";
import { allHandlerSpecs } from "../handler-specs.ts";
import { addOutputOptions, type CommandStreams, type OutputOptions, writeResult } from "../output.ts";
import { buildConfiguration, loadConfiguration } from "../up/prepare.ts";

const HELP = `
Builds the configuration as \`sluice build\` does and evaluates one input for real: in the filter with the policy linked
into it, or in the Mixer's engine. Without --placement it is evaluated where the build places it.
Exit status: 0 when there is a decision, whatever it is; 1 when there is none.

Example:
  $ echo '{"request": {"path_segments": ["books"]}}' | sluice eval -e bookstore/authz/decision -i - -o json policies`;

interface Options extends OutputOptions {
	readonly entrypoint: string;
	readonly input: string;
	readonly placement?: "proxy" | "mixer";
	readonly filter: string;
}

/** Adds `sluice eval [DIR]`. */
export function addEvalCommand(
	program: Command,
	context: { streams: CommandStreams; stdin: AsyncIterable<Buffer> } = { streams: process, stdin: process.stdin },
): void {
	const command = program
		.command("eval")
		.argument("[dir]", "the configuration's folder", ".")
		.description("evaluate a policy over an input document")
		.requiredOption("-e, --entrypoint <path>", "the rule, such as bookstore/authz/decision")
		.requiredOption("-i, --input <file>", "the input document, JSON; - for stdin")
		.addOption(new Option("--placement <place>", "where to evaluate").choices(["proxy", "mixer"]))
		.option("--filter <file>", "the filter that policies are linked into", linkableFilter)
		.addHelpText("after", HELP)
		.action(async (dir: string, options: Options) => {
			const input = await readInput(options.input, context.stdin);
			const loaded = await loadConfiguration(dir, context.streams);
			const snapshot = placed(loaded, options);
			const build = await buildConfiguration({
				snapshot,
				handlers: await allHandlerSpecs(snapshot),
				streams: context.streams,
				filterFile: options.filter,
			});
			const { entrypoint } = options;
			const { fuel } = snapshot.settings.limits;
			const nowNs = () => process.hrtime.bigint();
			const result = await evaluateOnce({ build, entrypoint, input, fuel, clock: systemClock, nowNs });
			await writeResult({ result: { text: text(result), json: json(result) }, output: options, ...context });
			if (result.status !== "ok") process.exitCode = 1;
		});
	addOutputOptions(command);
}

async function readInput(file: string, stdin: AsyncIterable<Buffer>): Promise<Uint8Array> {
	if (file === "-") return buffer(stdin);
	return readFile(file).catch((cause: unknown) => {
		throw new MixerError("invalid", `${file}: the input cannot be read: ${MixerError.from(cause).message}`, { cause });
	});
}

/** The configuration with the Policies of the entrypoint placed as asked. */
function placed(snapshot: Snapshot, { entrypoint, placement }: Options): Snapshot {
	const entrypoints = [...new Set(snapshot.policies.map((policy) => policy.entrypoint))];
	if (!entrypoints.includes(entrypoint)) {
		const known = entrypoints.length === 0 ? "there is no Policy" : `they ask for ${entrypoints.join(", ")}`;
		throw new MixerError("invalid", `no Policy asks for the entrypoint ${entrypoint}: ${known}`);
	}
	if (placement === undefined) return snapshot;
	const place = (policy: Snapshot["policies"][number]) =>
		policy.entrypoint === entrypoint ? { ...policy, placement } : policy;
	return { ...snapshot, policies: snapshot.policies.map(place) };
}

function text({ decision, status, error, placement, revision, durationNs, fuel, read }: EvaluatedOnce): string {
	const outcome = decision ?? (status === "undefined" ? "undefined" : `${status}: ${error}`);
	const work = fuel === undefined ? "" : `, ${fuel} units of fuel`;
	const reads = `${read.length} ${read.length === 1 ? "input" : "inputs"}`;
	return `${outcome}\n ${placement} @${revision.slice(0, 6)}   ${Math.round(durationNs / 1000)} µs${work}, reads ${reads}\n`;
}

function json({ decision, ...rest }: EvaluatedOnce): object {
	return { decision: decision === undefined ? null : JSON.parse(decision), ...rest };
}
