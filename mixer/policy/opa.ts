import { type ExecFileException, execFile } from "node:child_process";
import { MixerError } from "../error.ts";

/** Longest output read of one run. A policy with many errors stays far below; a runaway print does not fill memory. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Longest run. The bookstore's steps take 20 ms each; big data and slow tests get this much. */
const TIMEOUT_MS = 60_000;

/** The opa versions whose plan (mixer/policy/plan.ts) and flags this knows. */
const KNOWN_VERSION = /^1\.22\./;

export interface OpaRun {
	/** Path of the program, or a name to be found on PATH. */
	readonly opa: string;
	/** Given as they are: no shell sees them. */
	readonly args: readonly string[];
	readonly cwd: string;
	/** Ends the run. */
	readonly signal?: AbortSignal | undefined;
}

export interface OpaResult {
	readonly status: number;
	readonly stdout: string;
	readonly stderr: string;
}

/**
 * Runs opa and answers what it printed, whatever its exit status.
 *
 * @throws MixerError "tool" where it can't be started, is killed or takes too long; "unavailable" at the signal.
 */
export function runOpa({ opa, args, cwd, signal }: OpaRun): Promise<OpaResult> {
	const { promise, resolve, reject } = Promise.withResolvers<OpaResult>();
	const bounds = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES, killSignal: "SIGKILL" } as const;
	const options = { cwd, ...bounds, ...(signal && { signal }) };
	execFile(opa, args, options, (error, stdout, stderr) => {
		if (signal?.aborted) reject(new MixerError("unavailable", `opa ${args[0] ?? ""} was stopped`, { cause: error }));
		else if (error === null) resolve({ status: 0, stdout, stderr });
		else if (typeof error.code === "number") resolve({ status: error.code, stdout, stderr });
		else reject(new MixerError("tool", startFailure(opa, args, error), { cause: error }));
	});
	return promise;
}

/**
 * Runs opa for a step that has to succeed.
 *
 * @throws MixerError "invalid" with what opa says of the person's files, as `file:line: what`.
 */
export async function expectOpa(run: OpaRun): Promise<string> {
	const result = await runOpa(run);
	if (result.status === 0) return result.stdout;
	throw new MixerError("invalid", opaErrors(result));
}

/** opa's own version, such as 1.22.2. */
export async function readOpaVersion(run: Omit<OpaRun, "args">): Promise<string> {
	const stdout = await expectOpa({ ...run, args: ["version"] });
	const version = /^Version: (\S+)/m.exec(stdout)?.[1] ?? "unknown";
	if (KNOWN_VERSION.test(version)) return version;
	throw new MixerError("tool", `${run.opa} is version ${version}; sluice builds with opa 1.22`);
}

/** What opa printed of its errors, without the counting line in front. */
export function opaErrors({ stdout, stderr }: OpaResult): string {
	const text = stderr.trim() === "" ? stdout : stderr;
	return text.trim().replace(/^(error: )?(\d+ errors? occurred[^:]*:\s*)?/, "");
}

function startFailure(opa: string, args: readonly string[], error: ExecFileException): string {
	const step = `opa ${args[0] ?? ""}`;
	if (error.code === "ENOENT") return `${opa}: no such program; npm run setup brings opa, or OPA= names one`;
	if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return `${step} printed more than ${MAX_OUTPUT_BYTES} bytes`;
	if (error.killed === true) return `${step} was stopped after ${TIMEOUT_MS / 1000} s`;
	return `${step} could not run: ${error.message}`;
}
