import { spawn } from "node:child_process";
import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { askVersion, goVersion } from "../../setup/programs.mjs";
import { run } from "../../setup/run.mjs";
import { atLeast, needed } from "../../setup/versions.mjs";
import { checkout } from "./programs.ts";

const sources = join(checkout, "test/peers/envoy-authz");

/** Go sees by itself whether it is up to date, from what it has compiled before. */
const program = join(checkout, "build/test/envoy-authz");

/** What go says where it can't have the modules: no network, or nobody who answers. */
const withoutModules = /dial tcp|no such host|i\/o timeout|403 Forbidden|module lookup disabled/;

/** The program of test/peers/envoy-authz, or why it is not there. */
export type PluginPeer =
	| { readonly program: string; readonly missing?: undefined }
	| { readonly program?: undefined; readonly missing: string };

let building: Promise<PluginPeer> | undefined;

/** Builds the peer that answers as OPA's Envoy plugin does: a minute or two the first time. */
export function pluginPeer(): Promise<PluginPeer> {
	building ??= build();
	return building;
}

async function build(): Promise<PluginPeer> {
	const version = await askVersion("go", goVersion);
	if (version === undefined) return { missing: "there is no Go to build test/peers/envoy-authz" };
	if (!atLeast(version, needed.go)) {
		return { missing: `test/peers/envoy-authz needs Go ${needed.go}, and this is ${version}` };
	}
	await mkdir(dirname(program), { recursive: true });
	// Another test may be building it too, or running it.
	const made = `${program}.${process.pid}`;
	const flags = ["build", "-trimpath", "-ldflags=-s -w", "-o", made, "."];
	const env = { ...process.env, GOWORK: "off", CGO_ENABLED: "0" };
	const built = await run("go", flags, { cwd: sources, env });
	if (!built.succeeded && withoutModules.test(built.output)) {
		return { missing: "the Go modules of test/peers/envoy-authz could not be fetched" };
	}
	if (!built.succeeded) throw new Error(`go build failed:\n${built.output}`);
	await rename(made, program);
	return { program };
}

/** A request as far as the parts of its input are made of these. */
export interface PeerQuestion {
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Uint8Array;
	readonly metadata?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The input document that the plugin makes, or why it answers 400. */
export interface PeerAnswer {
	readonly input?: Readonly<Record<string, unknown>>;
	readonly error?: string;
}

/** Asks the peer for the input documents of requests, in their order. */
export async function pluginInputs(
	peer: string,
	questions: readonly PeerQuestion[],
	options: { descriptors?: string } = {},
): Promise<readonly PeerAnswer[]> {
	const args = ["-parse", ...(options.descriptors === undefined ? [] : ["-proto-descriptor", options.descriptors])];
	const child = spawn(peer, args, { stdio: ["pipe", "pipe", "inherit"] });
	const lines = questions.map((question) => {
		return JSON.stringify({ ...question, body: Buffer.from(question.body).toString("base64") });
	});
	child.stdin.end(lines.join("\n"));
	const chunks: Buffer[] = [];
	for await (const chunk of child.stdout) chunks.push(chunk);
	const answers = Buffer.concat(chunks).toString().trimEnd().split("\n");
	if (answers.length !== questions.length)
		throw new Error(`${answers.length} answers to ${questions.length} questions`);
	return answers.map((line) => JSON.parse(line));
}
