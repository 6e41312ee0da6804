// `npm run check`, `npm test` and `npm run campaign`, after the set-up. `npm test -- test/mixer` runs the tests of that
// folder alone.
import { join } from "node:path";
import { checkout } from "./checkout.mjs";
import { formatFailure, SetupFailure } from "./failure.mjs";
import { provideKafka } from "./steps/kafka.mjs";
import { providePrometheus } from "./steps/prometheus.mjs";
import { providePythonPackages } from "./steps/python-packages.mjs";
import { provideRedis } from "./steps/redis.mjs";
import { checkSteps, testStep } from "./task-list.mjs";
import { interruptSteps, runSteps } from "./task-steps.mjs";
import { toolCache } from "./tool-cache.mjs";
import { findTools } from "./tools.mjs";

const [task = "check", ...paths] = process.argv.slice(2);
const known = ["check", "test", "campaign"];

if (!known.includes(task)) {
	process.stderr.write(`there is no task ${task}; there are ${known.join(", ")}\n`);
	process.exit(1);
}

// A terminal's Ctrl-C comes twice, from it and from npm.
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) process.on(signal, () => interruptSteps(signal));

const tools = findTools();
// Only tests need these, and only those that `npm run check` leaves out.
if (task !== "check") {
	const machine = { cache: toolCache(process.env), env: process.env };
	await provideRedis(machine).catch(endWithFailure);
	// Tests that need it are skipped where there is none.
	await providePrometheus(machine);
	const requirements = join(checkout, "samples/python-adapter/requirements.txt");
	await providePythonPackages({ ...machine, requirements }).catch(endWithFailure);
	await provideKafka(machine).catch(leaveOut("test/contract/kafka.test.ts"));
}
const checks = paths.length === 0 ? checkSteps({ root: checkout, tools }) : [];
const tests = testStep({
	root: checkout,
	tools,
	paths,
	which: task === "check" && paths.length === 0 ? "unit" : "all",
	isCampaign: task === "campaign",
});
process.exitCode = await runSteps([...checks, tests], { root: checkout, out: process.stdout });

/** For what only some machines can bring: its tests say so again. */
function leaveOut(/** @type {string} */ file) {
	return (/** @type {unknown} */ error) => {
		if (!(error instanceof SetupFailure)) throw error;
		process.stderr.write(`${file} is left out: ${error.message}\n`);
	};
}

function endWithFailure(/** @type {unknown} */ error) {
	if (!(error instanceof SetupFailure)) throw error;
	process.stderr.write(formatFailure(error));
	process.exit(1);
}
