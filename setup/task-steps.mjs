import { spawn } from "node:child_process";
import { formatSeconds } from "./progress.mjs";

/**
 * One command of a task.
 *
 * @typedef {object} Step
 * @property {string} name
 * @property {string} program
 * @property {readonly string[]} args
 * @property {Record<string, string>} [env] on top of the process's own
 * @property {number} [timeoutMs]
 * @property {boolean} [isShown] its output is shown as it comes, not only if it fails
 */

/** After it was asked to end. */
const killAfterMs = 10_000;

/** No check takes this long. */
const defaultTimeoutMs = 5 * 60_000;

/** @type {import("node:child_process").ChildProcess | undefined} */
let running;

/** @type {"SIGINT" | "SIGTERM" | undefined} */
let interruption;

/**
 * Runs every step, one after the other, whatever became of those before, and says at the end which failed.
 *
 * @param {readonly Step[]} steps
 * @param {{root: string, out: {write(text: string): unknown}}} options
 * @returns {Promise<number>} the exit status
 */
export async function runSteps(steps, { root, out }) {
	/** @type {string[]} */
	const failed = [];
	for (const step of steps) {
		const start = performance.now();
		const fault = await runStep(step, root, out);
		const took = formatSeconds(performance.now() - start);
		if (interruption) return interruption === "SIGINT" ? 130 : 143;
		out.write(fault === undefined ? ` ✓ ${step.name} ${took}\n` : ` ✗ ${step.name} ${took}: ${fault}\n`);
		if (fault !== undefined) failed.push(step.name);
	}
	if (failed.length > 0) out.write(` ✗ failed: ${failed.join(", ")}\n`);
	return failed.length > 0 ? 1 : 0;
}

/** Ends the step under way; none is started after it. Asked again, it changes nothing. */
export function interruptSteps(/** @type {"SIGINT" | "SIGTERM"} */ signal) {
	if (interruption) return;
	interruption = signal;
	if (running) end(running, signal);
}

/**
 * @param {Step} step
 * @param {string} root
 * @param {{write(text: string): unknown}} out
 * @returns {Promise<string | undefined>} what went wrong
 */
function runStep({ program, args, env, timeoutMs = defaultTimeoutMs, isShown = false }, root, out) {
	return new Promise((resolve) => {
		/** @type {import("node:child_process").StdioOptions} */
		const stdio = isShown ? "inherit" : ["ignore", "pipe", "pipe"];
		const child = spawn(program, args, { cwd: root, env: { ...process.env, ...env }, stdio });
		running = child;
		let output = "";
		let isLate = false;
		for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk));
		const timer = setTimeout(() => {
			isLate = true;
			end(child, "SIGTERM");
		}, timeoutMs);
		const finish = (/** @type {string | undefined} */ fault) => {
			clearTimeout(timer);
			running = undefined;
			if (fault !== undefined && output !== "") out.write(`${output.trimEnd()}\n`);
			resolve(fault);
		};
		child.once("error", (error) => finish(`${program} does not start (${error.message})`));
		child.once("close", (status, signal) => {
			if (isLate) finish(`not finished after ${formatSeconds(timeoutMs)}`);
			else finish(status === 0 ? undefined : signal ? `ended by ${signal}` : `exit status ${status}`);
		});
	});
}

function end(/** @type {import("node:child_process").ChildProcess} */ child, /** @type {NodeJS.Signals} */ signal) {
	child.kill(signal);
	setTimeout(() => child.kill("SIGKILL"), killAfterMs).unref();
}
