import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filterResource } from "../../cli/filter.ts";
import { waitUntil } from "../../cli/up/wait-until.ts";
import type { HandlerSpec } from "../../mixer/report/build-handlers.ts";
import type { TypedExtensionConfig } from "../../pilot/api/generated/envoy/config/core/v3/extension_pb.js";
import { extensionConfig } from "../../pilot/extension-config.ts";
import { type BuiltConfiguration, buildTestConfiguration, testConfiguration } from "./configuration.ts";
import type { TestDiscovery } from "./discovery.ts";
import type { Paced, PacedLoad } from "./paced-load.ts";

/** From a publication to its effect in all workers, on a busy machine, in milliseconds. */
const SWAP_TIMEOUT_MS = 20_000;

/** What the tests' Envoys have. */
const WORKERS = 2;

/** A build, as it is published. */
export interface Revision {
	readonly revision: string;
	readonly resource: TypedExtensionConfig;
}

/** A revision with what it was made of. */
export interface BuiltRevision extends Revision {
	readonly built: BuiltConfiguration;
}

/** A build of testdata/e2e/revisions whose decisions say this word, with what these handlers need in its records. */
export async function buildRevision(word: string, handlers: readonly HandlerSpec[] = []): Promise<BuiltRevision> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-revision-"));
	try {
		await cp(testConfiguration("revisions"), dir, { recursive: true });
		await writeFile(join(dir, "words/data.json"), JSON.stringify({ words: { word } }));
		const built = await buildTestConfiguration(dir, handlers);
		const { build } = built;
		return { built, revision: build.requirements.revision, resource: filterResource(build) };
	} finally {
		await rm(dir, { recursive: true });
	}
}

/** A revision whose module is cut off in the middle of its first section: Envoy refuses it. */
export function corruptRevision(): Revision {
	const module = new Uint8Array([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x7f]);
	const revision = "c".repeat(64);
	return { revision, resource: extensionConfig({ module, pluginConfig: "{}", revision }) };
}

export function publish(discovery: TestDiscovery, { revision, resource }: Revision): void {
	discovery.publish(revision, resource);
}

/** Returns once both workers have decided a request, from now on, with this word. */
export async function decidedBy(word: string, load: PacedLoad): Promise<void> {
	const from = load.answers.length;
	const probe = async () => vmsOf(word, load.answers.slice(from)).size >= WORKERS;
	await waitUntil({ what: `decisions by ${word}`, timeoutMs: SWAP_TIMEOUT_MS, probe });
}

/** Which revision decided. */
export function wordOf({ headers }: Paced): string | undefined {
	return headers.get("x-word");
}

/** The VMs that decided with a word. */
export function vmsOf(word: string, answers: readonly Paced[]): ReadonlySet<string> {
	return new Set(answers.filter((answer) => wordOf(answer) === word).map(vmOf));
}

function vmOf({ headers }: Paced): string {
	return headers.get("x-sluice-decision-id")?.split("-")[1] ?? "none";
}
