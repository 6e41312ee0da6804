import { spawn } from "node:child_process";
import { goPeer, type Peer } from "./go-peer.ts";

/** The program of test/peers/envoy-authz, or why it is not there. */
export type PluginPeer = Peer;

/** Builds the peer that answers as OPA's Envoy plugin does: a minute or two the first time. */
export function pluginPeer(): Promise<PluginPeer> {
	return goPeer("envoy-authz");
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
