import { type Command, InvalidArgumentError } from "commander";
import { stateDirOf } from "../state-dir.ts";
import type { HostPort } from "../up/envoy-config.ts";
import { type UpContext, up } from "../up/up.ts";
import { PORT_OPTIONS, type UpPorts } from "../up/up-ports.ts";
import { portFrom } from "./port-option.ts";

const HELP = `
Without --upstream the sample bookstore is started and put behind Envoy. Ports come from the options, else from the
configuration's Settings. What changes in the configuration's folder goes live as soon as it is saved; what is wrong with
it is said and changes nothing. Ctrl-C drains and stops everything.

Examples:
  $ sluice up --config policies
  $ sluice up --config my-policies --upstream 127.0.0.1:3000 --port 8000`;

const defaultContext: UpContext = {
	streams: process,
	signals: process,
	now: () => performance.now(),
	exit: (status) => process.exit(status),
	atExit: (run) => void process.once("exit", run),
};

/** Adds `sluice up`. */
export function addUpCommand(program: Command, context: UpContext = defaultContext): void {
	const command = program
		.command("up")
		.description("run Envoy with the policies, their server and a service behind them")
		.requiredOption("--config <dir>", "the configuration's folder")
		.option("--state <folder>", "where the last revisions are kept (default: one of your own for each --config)")
		.option("--upstream <host:port>", "the service to put behind Envoy", parseHostPort)
		.addHelpText("after", HELP);
	for (const [flag, what] of Object.values(PORT_OPTIONS).map(({ option, purpose }) => [option, purpose] as const)) {
		command.option(`${flag} <port>`, `port of: ${what}`, portFrom(1));
	}
	command.action(async () => {
		const { config, state, upstream } = command.opts<{ config: string; state?: string; upstream?: HostPort }>();
		const stateDir = stateDirOf({ config, state });
		await up({ configDir: config, stateDir, ports: chosenPorts(command), ...(upstream && { upstream }) }, context);
	});
}

function chosenPorts(command: Command): Partial<UpPorts> {
	const values = command.opts<Record<string, number | undefined>>();
	const chosen: Record<string, number> = {};
	for (const [name, { option }] of Object.entries(PORT_OPTIONS)) {
		const value = values[attributeOf(option)];
		if (value !== undefined) chosen[name] = value;
	}
	return chosen;
}

/** How commander calls the value of an option: --envoy-admin-port is envoyAdminPort. */
function attributeOf(option: string): string {
	return option.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function parseHostPort(text: string): HostPort {
	const [, bracketed, plain, port = ""] = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+)):(\d+)$/.exec(text) ?? [];
	const host = bracketed ?? plain;
	if (host === undefined) throw new InvalidArgumentError("say HOST:PORT, such as 127.0.0.1:3000 or [::1]:3000.");
	return { host, port: portFrom(1)(port) };
}
