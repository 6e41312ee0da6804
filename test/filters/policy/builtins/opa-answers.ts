import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { opaProgram } from "../../../support/programs.ts";

/** A call of a built-in; the arguments in OPA's notation, which is Rego's. */
export interface Call {
	readonly name: string;
	readonly args: readonly string[];
}

/** What opa itself answers: a value as JSON, or the words of its fault. */
export type OpaAnswer = { readonly value: string } | { readonly fault: string };

const Output = z.object({
	errors: z.array(z.object({ message: z.string() })).optional(),
	result: z.tuple([z.object({ expressions: z.tuple([z.object({ value: z.record(z.string(), z.string()) })]) })]),
});

/** More than enough for the answers of one run. */
const MAX_OUTPUT_BYTES = 1 << 28;

/** Calls for one run: starting opa costs some 100 ms, and a long policy more than in proportion. */
const RUN_CALLS = 5000;

/** What opa answers to calls, in as few runs as make sense. */
export async function opaAnswers(calls: readonly Call[]): Promise<OpaAnswer[]> {
	const answers: OpaAnswer[] = [];
	for (let i = 0; i < calls.length; i += RUN_CALLS)
		answers.push(...(await answersOfRun(calls.slice(i, i + RUN_CALLS))));
	return answers;
}

async function answersOfRun(calls: readonly Call[]): Promise<OpaAnswer[]> {
	const folder = await mkdtemp(join(tmpdir(), "sluice-opa-"));
	try {
		const file = join(folder, "calls.rego");
		await writeFile(file, regoOf(calls));
		const args = ["eval", "--format", "json", "--show-builtin-errors", "--data", file, "data.calls.answers"];
		const run = promisify(execFile)(opaProgram(), args, { maxBuffer: MAX_OUTPUT_BYTES });
		// It ends with 2 where there were faults; the output is whole all the same.
		const stdout = await run.then(({ stdout }) => stdout, textOf);
		return readAnswers(Output.parse(JSON.parse(stdout)), calls.length);
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** Answers of failing calls are missing; their faults come in the order of the calls. */
function readAnswers({ errors = [], result }: z.infer<typeof Output>, count: number): OpaAnswer[] {
	const { value: values } = result[0].expressions[0];
	const faults = errors.map(({ message }) => message);
	const answers = Array.from({ length: count }, (_, i): OpaAnswer => {
		const value = values[String(i)];
		if (value !== undefined) return { value };
		const fault = faults.shift();
		assert.ok(fault !== undefined, `call ${i} has neither answer nor fault`);
		return { fault };
	});
	assert.deepEqual(faults, []);
	return answers;
}

/**
 * object.get hides the types: opa would refuse at once what can only be wrong. A function's answers are kept for equal
 * arguments, and 0.0 and -0.0 are equal: so the number of the call is an argument too.
 */
function regoOf(calls: readonly Call[]): string {
	const shapes = new Map(calls.map(({ name, args }) => [name, args.length]));
	const functions = [...shapes].map(([name, count]) => {
		const args = Array.from({ length: count }, (_, i) => `a[${i}]`).join(", ");
		return `call(_, n, a) := ${name}(${args}) if n == "${name}"`;
	});
	const list = calls.map(({ name, args }) => `{"n": "${name}", "a": [${args.join(", ")}]}`);
	return [
		"package calls",
		...functions,
		`list := [\n${list.join(",\n")}\n]`,
		'answers[sprintf("%d", [i])] := json.marshal(call(i, c.n, object.get(c, "a", []))) if some i, c in list',
		"",
	]
		.join("\n")
		.replaceAll("\ufeff", "\\ufeff");
}

function textOf(error: unknown): string {
	assert.ok(error instanceof Error && "stdout" in error && typeof error.stdout === "string", String(error));
	assert.ok(error.stdout !== "", String(error));
	return error.stdout;
}
