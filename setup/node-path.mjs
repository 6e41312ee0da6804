// Prints the path of the Node that runs the project: `exec "$(node setup/node-path.mjs)" cli/main.ts …`.
import { SetupFailure } from "./failure.mjs";
import { findTool } from "./tools.mjs";

try {
	process.stdout.write(`${findTool("node")}\n`);
} catch (error) {
	if (!(error instanceof SetupFailure)) throw error;
	process.stderr.write(`sluice: ${error.message}\n`);
	process.exitCode = 1;
}
