import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { Command } from "commander";
import { addLedgerCommand } from "../../cli/commands/ledger.ts";
import { describeLedger } from "../../cli/ledger/describe-ledger.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import { AnnounceRequestSchema } from "../../mixer/api/generated/mixer_pb.js";
import type { LedgerView } from "../../mixer/ledger/whole-ledger.ts";
import { reportBatch, type WireRecord } from "../mixer/report/report-batch.ts";
import { MixerClient } from "../mixer/server/mixer-client.ts";
import { ServerProcess } from "../support/server-process.ts";

const CONFIGURATION = `apiVersion: sluice.dev/v1alpha1
kind: Settings
metadata: {name: main}
spec: {default: allow}
---
apiVersion: sluice.dev/v1alpha1
kind: Handler
metadata: {name: access-log}
spec: {adapter: jsonlog, config: {file: LOG}}
`;

const RECORD: WireRecord = { "request.id": { string: "x" } };

let dir: string;
let stateDir: string;
let server: ServerProcess;
let client: MixerClient;

before(async () => {
	dir = await mkdtemp(join(tmpdir(), "sluice-ledger-"));
	stateDir = join(dir, "state");
	const configDir = join(dir, "policies");
	await mkdir(configDir);
	await writeFile(join(configDir, "sluice.yaml"), CONFIGURATION.replace("LOG", join(dir, "log")));
	server = await ServerProcess.start({ configDir, stateDir });
	client = new MixerClient(server.port);
});

after(async () => {
	client?.close();
	await server?.kill();
	await rm(dir, { recursive: true });
});

async function sluiceLedger(...args: readonly string[]): Promise<string> {
	let printed = "";
	const stdout = { write: (text: string) => (printed += text) };
	const program = new Command("sluice").exitOverride();
	addLedgerCommand(program, { stdout, stderr: stdout });
	await program.parseAsync(["ledger", ...args, "--state", stateDir], { from: "user" });
	return printed;
}

async function ledger(): Promise<LedgerView> {
	return JSON.parse(await sluiceLedger("-o", "json"));
}

describe("sluice ledger, at a running Mixer", () => {
	test("shows nothing of nobody", async () => {
		assert.match(await sluiceLedger(), /^no proxy has reported\nthe Mixer received 0, accepted 0, rejected 0\n/);
	});

	test("shows what became of every record, by VM and handler, and that the sums agree", async () => {
		await client.report(reportBatch([RECORD, RECORD, { "request.nonsense": { string: "x" } }], { vm: 2 }));
		await client.report(reportBatch([RECORD], { vm: 3 }));
		// Sent again, it counts no more.
		await client.report(reportBatch([RECORD], { vm: 3 }));
		const origin = { proxy: "edge-1", vm: 2, revision: "ab" };
		const records = { sent: 10n, acknowledged: 3n, pending: 5n, droppedOverflow: 2n };
		await client.announce(create(AnnounceRequestSchema, { origin, epoch: 1_700_000_000_000_000_000n, records }));
		const probe = async () => (await ledger()).handlers.every(({ pending }) => pending === 0);
		await waitUntil({ what: "the delivery", timeoutMs: 10_000, probe });
		assert.equal(
			await sluiceLedger("--check"),
			`PROXY   VM  SENT  RECEIVED  ELSEWHERE  DROPPED  PENDING  LOST
edge-1   2    10         3          0        2        5     0
edge-1   3     1         1          0        0        0     0
the Mixer received 4, accepted 3, rejected 1
HANDLER     RECEIVED  DELIVERED  DROPPED  PENDING
access-log         3          3        0        0
proxy edge-1, VM 2 dropped 2: overflow
the Mixer dropped 1: unknown_attribute
the sums agree
`,
		);
		assert.equal(process.exitCode, undefined);
	});
});

const WRONG: LedgerView = {
	proxies: [],
	earlier: {
		...{ sent: 3, received: 2, elsewhere: 0, pending: 0, lost: 1 },
		dropped: { overflow: 0, rejected: 0, too_large: 0 },
	},
	mixer: { received: 4, accepted: 4, rejected: {} },
	handlers: [],
	faults: ["4 received by the Mixer, 2 from its proxies"],
};

test("says which sums do not agree, with exit status 1 where it is asked to check", async (t) => {
	const admin = createServer((_, response) => response.end(JSON.stringify(WRONG)));
	await new Promise<void>((resolve) => admin.listen(0, "127.0.0.1", resolve));
	t.after(() => {
		process.exitCode = undefined;
		admin.close();
	});
	// An address of a TCP server is an object.
	const { port } = admin.address() as AddressInfo;
	const text = `PROXY         VM  SENT  RECEIVED  ELSEWHERE  DROPPED  PENDING  LOST
(earlier)  ended     3         2          0        0        0     1
the Mixer received 4, accepted 4, rejected 0
no handler is there
the sums do not agree:
  4 received by the Mixer, 2 from its proxies
`;
	assert.equal(describeLedger(WRONG), text);
	assert.equal(await sluiceLedger("--admin-port", String(port)), text);
	assert.equal(process.exitCode, undefined);
	await sluiceLedger("--check", "--admin-port", String(port));
	assert.equal(process.exitCode, 1);
});
