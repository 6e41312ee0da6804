import { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { addAdapterCommand } from "./commands/adapter.ts";
import { addBuildCommand } from "./commands/build.ts";
import { addCertCommand } from "./commands/cert.ts";
import { addDataSourceCommand } from "./commands/data-source.ts";
import { addDecisionsCommand } from "./commands/decisions.ts";
import { addEvalCommand } from "./commands/eval.ts";
import { addImportCommand } from "./commands/import.ts";
import { addLedgerCommand } from "./commands/ledger.ts";
import { addPolicyCommand } from "./commands/policy.ts";
import { addQuotaCommand } from "./commands/quota.ts";
import { addServeCommand } from "./commands/serve.ts";
import { addTestCommand } from "./commands/test.ts";
import { addUpCommand } from "./commands/up.ts";
import { addValidateCommand } from "./commands/validate.ts";
import { reportFailure } from "./failure.ts";

const program = new Command("sluice")
	.description("Policy and telemetry for services, decided inside a real Envoy.")
	.version(packageJson.version, "-V, --version")
	.showHelpAfterError("(sluice --help lists the commands)")
	.configureHelp({ sortSubcommands: true });

addUpCommand(program);
addServeCommand(program);
addPolicyCommand(program);
addBuildCommand(program);
addValidateCommand(program);
addEvalCommand(program);
addTestCommand(program);
addCertCommand(program);
addImportCommand(program);
addQuotaCommand(program);
addLedgerCommand(program);
addDecisionsCommand(program);
addDataSourceCommand(program);
addAdapterCommand(program);

try {
	await program.parseAsync();
} catch (error) {
	process.exitCode = reportFailure(error, process.stderr);
}
