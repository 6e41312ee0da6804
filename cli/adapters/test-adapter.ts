import { stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { adapterFile } from "../../mixer/adapters/loading/adapter-reference.ts";
import { loadAdapter } from "../../mixer/adapters/loading/load-adapter.ts";
import { adapters } from "../../mixer/adapters/registry.ts";
import { cases } from "../../mixer/conformance/cases.ts";
import type { Harness } from "../../mixer/conformance/harness.ts";
import { loadHarness } from "../../mixer/conformance/load-harness.ts";
import { type CaseResult, runSuite } from "../../mixer/conformance/run-suite.ts";
import { MixerError } from "../../mixer/error.ts";

/** An adapter that is about to be tested. */
export interface AdapterUnderTest {
	readonly name: string;
	readonly signals: readonly string[];
	/** As it is shown: relative to where the command runs. */
	readonly file: string;
	readonly harness: { readonly file: string; readonly value: Harness } | undefined;
}

const ENDINGS = ["ts", "mts", "js", "mjs"] as const;

/**
 * Finds and loads an adapter and what the suite has to know of it.
 *
 * @param path a file, a folder that holds adapter.ts, or an npm package's name.
 * @param options.harness its harness; conformance.ts beside it if left out, if there is one.
 * @throws MixerError "invalid", saying which file is wrong.
 */
export async function findUnderTest(path: string, options: { harness?: string | undefined; from: string }) {
	const file = await fileOf(path, options.from);
	const shown = relative(options.from, file) || file;
	const { name, signals } = await loadAdapter(file).catch((cause: unknown) => {
		throw new MixerError("invalid", `${shown} ${MixerError.from(cause).message}`, { cause });
	});
	const harnessFile =
		options.harness === undefined
			? await firstFile(dirname(file), "conformance")
			: resolve(options.from, options.harness);
	const harness = harnessFile && { file: harnessFile, value: await loadHarness(harnessFile) };
	const under: AdapterUnderTest = { name, signals, file: shown, harness: harness || undefined };
	return { under, file };
}

/**
 * Runs the suite.
 *
 * @param options.only names of cases; all if left out.
 * @throws MixerError "invalid" where there is no such case.
 */
export function runCases(
	{ under, file }: { under: AdapterUnderTest; file: string },
	options: { only?: readonly string[] | undefined; onResult: (result: CaseResult) => void },
): Promise<readonly CaseResult[]> {
	const names = cases.map(({ name }) => name);
	const unknown = options.only?.find((name) => !names.includes(name));
	if (unknown !== undefined) {
		throw new MixerError("invalid", `--only ${unknown}: there is no such case; there are ${names.join(", ")}`);
	}
	return runSuite({ adapter: { file }, harness: under.harness, ...options });
}

async function fileOf(path: string, from: string): Promise<string> {
	const full = resolve(from, path);
	const found = await stat(full).catch(() => undefined);
	if (found?.isFile()) return full;
	if (found?.isDirectory()) {
		const file = await firstFile(full, "adapter");
		if (file !== undefined) return file;
		throw new MixerError("invalid", `${path} holds no adapter.ts or adapter.js: name the adapter's file`);
	}
	if (adapters.has(path)) {
		throw new MixerError(
			"invalid",
			`${path} comes with sluice, whose own tests run the suite over it: name one of yours`,
		);
	}
	try {
		return await adapterFile(path, from);
	} catch (cause) {
		throw new MixerError("invalid", `${path} is neither a file, nor a folder, nor a package that is installed here`, {
			cause,
		});
	}
}

async function firstFile(dir: string, name: string): Promise<string | undefined> {
	for (const ending of ENDINGS) {
		const file = join(dir, `${name}.${ending}`);
		if ((await stat(file).catch(() => undefined))?.isFile()) return file;
	}
	return undefined;
}
