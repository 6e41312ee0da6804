import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { MAX_LEAF_DAYS } from "../../citadel/lifetimes.ts";
import type { Made } from "../cert/make-certificates.ts";
import { collectDns, type Name, parseDays, parseName, parseSpiffe, parseTrustDomain } from "../cert/parse-options.ts";
import type { CommandStreams, OutputFormat } from "../output.ts";

const HELP = `
For a first installation: one authority, and a certificate for each server and proxy (docs/security.md goes through it).
NAME is an account, or NAMESPACE/ACCOUNT; its files are ACCOUNT.crt and ACCOUNT.key. A proxy calls itself by the same
name: its node.id is NAMESPACE/ACCOUNT, and what follows another slash where several share a certificate.

What is there already is not replaced without --force. A server, and an Envoy with envoy/mtls.yaml, take the new files
while they run.

Examples:
  $ sluice cert init --out certs
   ✓ certs/ca.crt   authority, until 2036-11-26
   ✓ certs/ca.key   its key, for nobody but who issues certificates
  $ sluice cert issue sluice --dns sluice.example.com --out certs
   ✓ certs/sluice.crt   spiffe://cluster.local/ns/default/sa/sluice, sluice.example.com, until 2027-02-24
   ✓ certs/sluice.key   its key
  $ sluice cert issue edge/gateway --out certs --days 30`;

interface Options {
	readonly out: string;
	readonly force?: boolean;
	readonly output: OutputFormat;
}

interface IssueOptions extends Options {
	readonly ca?: string;
	readonly dns: readonly string[];
	readonly spiffe?: string;
	readonly trustDomain: string;
	readonly days: number;
}

/** Adds `sluice cert init` and `sluice cert issue NAME`. */
export function addCertCommand(
	program: Command,
	streams: CommandStreams = process,
	now: () => number = Date.now,
): void {
	const cert = program
		.command("cert")
		.description("make an authority and certificates for a first installation")
		.addHelpText("after", HELP);
	const init = cert.command("init").description("make an authority");
	addCommonOptions(init)
		.option("--name <name>", "what it is called", "Sluice")
		.action(async (options: Options & { name: string }) => {
			// What writes certificates takes a tenth of a second to load: no other command waits for it.
			const { makeAuthority } = await import("../cert/make-certificates.ts");
			const made = await makeAuthority({ ...common(options), name: options.name, nowMs: now() });
			write(made, { who: ["authority"], keyIs: "its key, for nobody but who issues certificates" }, options, streams);
		});
	const issue = cert.command("issue").argument("<name>", "ACCOUNT or NAMESPACE/ACCOUNT", parseName);
	addCommonOptions(issue.description("issue a certificate, good for servers and clients"))
		.option("--ca <folder>", "where the authority is (default: --out)")
		.option("--dns <name>", "a DNS name that clients know it by; may be said again", collectDns, [])
		.option("--spiffe <id>", "its SPIFFE ID (default: spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT)", parseSpiffe)
		.option("--trust-domain <name>", "of its SPIFFE ID", parseTrustDomain, "cluster.local")
		.option("--days <days>", `how long it is valid, at most ${MAX_LEAF_DAYS}`, parseDays, MAX_LEAF_DAYS)
		.action(async (name: Name, options: IssueOptions) => issueLeaf(name, options, { streams, nowMs: now() }));
}

async function issueLeaf(name: Name, options: IssueOptions, env: { streams: CommandStreams; nowMs: number }) {
	const { out, ca = out, dns, days } = options;
	const { namespace, account } = name;
	const id = options.spiffe ?? `spiffe://${options.trustDomain}/ns/${namespace}/sa/${account}`;
	const leaf = { spiffeId: id, dnsNames: dns, days };
	const { makeLeaf } = await import("../cert/make-certificates.ts");
	const made = await makeLeaf({ ...common(options), ca, file: account, leaf, nowMs: env.nowMs });
	write(made, { who: [id, ...dns], keyIs: "its key" }, options, env.streams);
}

function addCommonOptions(command: Command): Command {
	return command
		.requiredOption("--out <folder>", "where the files go")
		.option("--force", "replace what is there")
		.addOption(
			new Option("-o, --output <format>", "how to write the result").choices(["text", "json"]).default("text"),
		);
}

function common({ out, force = false }: Options) {
	return { out, force };
}

function write(
	made: Made,
	said: { who: readonly string[]; keyIs: string },
	options: Options,
	{ stdout }: CommandStreams,
): void {
	const { certificate, key, notAfterMs } = made;
	const notAfter = new Date(notAfterMs).toISOString();
	if (options.output === "json") {
		const files = { certificate: resolve(certificate), key: resolve(key) };
		stdout.write(`${JSON.stringify({ ...files, names: said.who, notAfter }, null, 2)}\n`);
		return;
	}
	const who = [...said.who, `until ${notAfter.slice(0, 10)}`].join(", ");
	stdout.write(` ✓ ${certificate}   ${who}\n ✓ ${key}   ${said.keyIs}\n`);
}
