import type { Policy, RequestedPlacement } from "../../galley/snapshot.ts";
import { isInputLeaf } from "../api/input-paths.ts";
import { volatileBuiltins } from "./builtins/registry.ts";
import type { IgnoredField } from "./decision-fields.ts";
import type { DataSize } from "./placement.ts";
import {
	type BuiltinCall,
	describeBuiltin,
	type InputRead,
	isBelow,
	type PlanReads,
	type SourcePlace,
} from "./plan-reads.ts";
import type { InputPath, PolicyRequirements } from "./requirements.ts";

/** A path below `input` that a Policy reads. */
export interface ExplainedRead {
	readonly path: InputPath;
	/** Where it is read: of a path that is widened, the line that widens it. */
	readonly place: SourcePlace;
	/** Whether everything below is taken because a key is known only at run time or the whole is passed on. */
	readonly widened: boolean;
}

/** Where a Policy runs, and why. */
export interface PolicyExplanation {
	readonly name: string;
	readonly requested: RequestedPlacement;
	readonly placement: "proxy" | "mixer";
	/** The built-ins that the proxy can't run. */
	readonly keptOut: readonly BuiltinCall[];
	readonly data: DataSize;
	readonly reads: readonly ExplainedRead[];
	/** The built-ins that the proxy runs for some arguments only. */
	readonly limited: readonly BuiltinCall[];
	/** A read of everything around the body that does not take it in. */
	readonly withoutBody?: ExplainedRead;
	/** The built-ins that make an answer hold for one request only. */
	readonly volatile: readonly BuiltinCall[];
	/** Fields of its decisions that mean nothing. */
	readonly ignored: readonly IgnoredField[];
}

/** Puts together what the build found out of one Policy. */
export function explainPolicy(found: {
	policy: Policy;
	requirements: PolicyRequirements;
	reads: PlanReads;
	keptOut: readonly BuiltinCall[];
	data: DataSize;
	ignored: readonly IgnoredField[];
	withoutBody?: InputRead | undefined;
}): PolicyExplanation {
	const { policy, requirements, reads, keptOut, data, ignored, withoutBody } = found;
	const byPath = new Map(reads.inputs.map((read) => [JSON.stringify(read.path), read]));
	const placeOf = (path: InputPath) => {
		const above = [...reads.inputs].filter((read) => read.whole && isBelow(path, read.path));
		const read = byPath.get(JSON.stringify(path)) ?? above[0];
		return read?.wholeAt ?? read?.place ?? { file: "", row: 0 };
	};
	return {
		name: policy.name,
		requested: policy.placement,
		placement: requirements.placement,
		keptOut,
		data,
		reads: requirements.inputs.map((path) => {
			const whole = byPath.get(JSON.stringify(path))?.whole === true;
			return { path, place: placeOf(path), widened: whole && !isInputLeaf(path) };
		}),
		...(withoutBody && {
			withoutBody: { path: withoutBody.path, place: placeOf(withoutBody.path), widened: true },
		}),
		limited: reads.builtins.filter(({ anyAlgorithm }) => requirements.placement === "proxy" && anyAlgorithm === true),
		volatile: reads.builtins.filter(({ name }) => volatileBuiltins.has(name)),
		ignored,
	};
}

/** What a person has to be warned of in the policies, each with file and line. */
export function buildWarnings(explanations: readonly PolicyExplanation[]): readonly string[] {
	const lines = explanations.flatMap(({ ignored, withoutBody }) => [
		...ignored.map(({ name, place, meant }) => {
			const hint = meant === undefined ? "" : ` (did you mean ${meant}?)`;
			return `${where(place)}: warning: the decision's field ${name} means nothing and is ignored${hint}`;
		}),
		...(withoutBody === undefined ? [] : [`${where(withoutBody.place)}: warning: ${describeLeftOut(withoutBody)}`]),
	]);
	return [...new Set(lines)];
}

function describeLeftOut({ path }: ExplainedRead): string {
	const name = ["input", ...path].join(".");
	return `${name} is read as a whole, without the body: name a part of it, or say body: all`;
}

/** The same for a person, a paragraph for each Policy. */
export function describeExplanations(explanations: readonly PolicyExplanation[]): string {
	return explanations.map((explanation) => `${paragraph(explanation).join("\n")}\n`).join("\n");
}

function paragraph(explanation: PolicyExplanation): string[] {
	const { name, placement, keptOut, reads, withoutBody, limited, volatile } = explanation;
	return [
		`Policy ${name} runs in the ${placement}: ${reason(explanation)}`,
		...keptOut.map((call) => `  kept out of the proxy by ${describeBuiltin(call)}   ${where(call.place)}`),
		...limited.map(describeLimited),
		...(reads.length === 0 ? ["  reads nothing of the input"] : reads.map(describeRead)),
		...(withoutBody === undefined ? [] : [`  ${describeLeftOut(withoutBody)}   ${where(withoutBody.place)}`]),
		...(volatile.length === 0
			? ["  volatile: nothing, so equal input has equal answers and they are reused"]
			: volatile.map((call) => `  volatile: ${call.name}, so no answer is reused   ${where(call.place)}`)),
	];
}

function reason({ requested, keptOut, data }: PolicyExplanation): string {
	if (requested !== "auto") return `its placement says so`;
	if (keptOut.length === 0 && data.bytes > data.maxBytes) {
		return `the data are ${data.bytes} bytes, more than limits.proxyDataBytes (${data.maxBytes}); placement: proxy takes them there`;
	}
	return keptOut.length === 0 ? "every built-in it calls runs there" : "the proxy lacks built-ins it calls";
}

function describeLimited({ name, place }: BuiltinCall): string {
	const rest = "a token of another is a policy error, which denies";
	return `  ${name} in the proxy verifies RS256, RS384, RS512, ES256, ES384 and ES512: ${rest}   ${where(place)}`;
}

function describeRead({ path, place, widened }: ExplainedRead): string {
	const name = ["input", ...path].join(".");
	return `  reads ${name}${widened ? ", all of it: widened" : ""}   ${where(place)}`;
}

function where({ file, row }: SourcePlace): string {
	return `${file}:${row}`;
}
