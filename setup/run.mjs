import { spawn } from "node:child_process";
import { SetupFailure } from "./failure.mjs";

/** What is kept of a command's output: enough for the error at its end, whatever the command says before. */
const outputBytes = 64 * 1024;

/** How much of a failed command's output is shown: npm says what is wrong first, compilers say it last. */
const shownLines = { first: 10, last: 30 };

/** Long enough for a slow line or a cold compiler; only there so that a dead connection ends some time. */
const defaultTimeoutMs = 20 * 60_000;

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/**
 * @typedef {object} Finished
 * @property {boolean} started false when there is no such program
 * @property {boolean} succeeded it ran and its exit status was 0
 * @property {string} output the end of its standard output and standard error, as they came
 */

/**
 * Runs a command without a terminal and keeps the end of what it says.
 *
 * @param {string} program a path, or a name looked up on PATH
 * @param {readonly string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number}} [options]
 * @returns {Promise<Finished>} never rejects
 */
export function run(program, args, { cwd, env = process.env, timeoutMs = defaultTimeoutMs } = {}) {
	return new Promise((resolve) => {
		const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
		running.add(child);
		// A timer of our own, since spawn's `timeout` goes on after a program that could not be started.
		const timer = setTimeout(() => child.kill("SIGTERM"), timeoutMs);
		let output = "";
		const keep = (/** @type {Buffer} */ chunk) => {
			output = (output + chunk).slice(-outputBytes);
		};
		child.stdout.on("data", keep);
		child.stderr.on("data", keep);
		const finish = (/** @type {Finished} */ finished) => {
			clearTimeout(timer);
			running.delete(child);
			resolve(finished);
		};
		child.once("error", () => finish({ started: false, succeeded: false, output }));
		child.once("close", (status, signal) => {
			const ending = signal ? `${output}\n(ended by ${signal})` : output;
			finish({ started: true, succeeded: status === 0, output: ending });
		});
	});
}

/**
 * As `run`, for a command that must succeed.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{failure: string, cwd?: string, env?: NodeJS.ProcessEnv}} options `failure` is the sentence if it does not
 * @returns {Promise<string>} its output
 * @throws {SetupFailure}
 */
export async function mustRun(program, args, { failure, ...options }) {
	const finished = await run(program, args, options);
	if (!finished.started) throw new SetupFailure(`${failure} (there is no program ${program})`);
	if (!finished.succeeded) throw new SetupFailure(failure, excerpt(finished.output));
	return finished.output;
}

/** Ends the commands still under way. Interrupted rather than terminated: `go` and `npm` then end their own children. */
export function interruptCommands() {
	for (const child of running) child.kill("SIGINT");
}

/** The part of a command's output that is worth showing. */
export function excerpt(/** @type {string} */ output) {
	const lines = output.trimEnd().split("\n");
	const hidden = lines.length - shownLines.first - shownLines.last;
	if (hidden > 1) lines.splice(shownLines.first, hidden, `… ${hidden} more lines …`);
	return lines.join("\n");
}
