import type { AdapterLogger } from "../../mixer/adapters/adapter.ts";
import { systemClock } from "../../mixer/observe/clock.ts";
import { decisionsPage } from "../decisions/decisions-page.ts";
import { plainLoopback } from "../listening.ts";
import { PolicyServer } from "../policy-server.ts";
import { consoleReport } from "../revisions/console-report.ts";
import type { RestartField } from "../revisions/restart-fields.ts";
import type { StateFolder } from "../revisions/state/state-folder.ts";
import type { Run } from "./bring-up.ts";
import { consoleHandler, withoutProbe } from "./console-handler.ts";
import type { UpPorts } from "./up-ports.ts";

/** Longest grace of a Mixer whose Envoy has already gone, in milliseconds: a whole stop stays below ten seconds. */
const MAX_GRACE_MS = 2500;

/** What Envoy and the sample were started with. */
const RESTART_FIELDS: readonly RestartField[] = [
	"spec.ports.listener",
	"spec.ports.envoyAdmin",
	"spec.ports.mixer",
	"spec.ports.discovery",
	"spec.ports.admin",
	"spec.mixer.cluster",
	"spec.quotaStores",
];

/** Starts the Mixer and the discovery server in this process, with a line on the console for each request. */
export async function startServerPart(part: {
	configDir: string;
	state: StateFolder;
	ports: UpPorts;
	run: Run;
}): Promise<PolicyServer> {
	const { configDir, state, ports, run } = part;
	const { streams } = run;
	const page = decisionsPage({ clock: systemClock });
	const pageHandler = { ...page.handler, adapter: withoutProbe(page.handler.adapter) };
	const server = await PolicyServer.start({
		...{ configDir, state, ports },
		// All of it is on this machine, for one person.
		listening: plainLoopback,
		goesFirst: "folder",
		page,
		extraHandlers: [consoleHandler, pageHandler],
		maxGraceMs: MAX_GRACE_MS,
		restartFields: RESTART_FIELDS,
		onEvent: consoleReport({ configDir, streams, now: Date.now }),
		logger: warningsTo(streams.stderr),
	});
	run.teardown.add("the server", () => server.stop());
	return server;
}

/** What a person at a terminal wants of the servers' log. */
function warningsTo(stderr: { write(text: string): unknown }): AdapterLogger {
	const line = (fields: object, message: string) => {
		stderr.write(`Mixer: ${message} ${JSON.stringify(fields)}\n`);
	};
	return { info: () => {}, warn: line, error: line };
}
