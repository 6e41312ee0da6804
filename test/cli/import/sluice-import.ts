import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { addImportCommand } from "../../../cli/commands/import.ts";

/** What `sluice import opa-envoy …` did. */
export interface ImportRun {
	readonly out: string;
	readonly stdout: string;
	readonly stderr: string;
	/** 0 or 1; a failure is thrown instead. */
	readonly status: number;
}

/** Where what is to be undone is left: a test's context. */
export interface Undoing {
	after(undo: () => unknown): unknown;
}

/** A new folder, gone when the test ends. */
export async function temporaryFolder(context: Undoing): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), "sluice-import-test-"));
	context.after(() => rm(dir, { recursive: true }));
	return dir;
}

/** Runs it in this process, into a folder of its own if none is given. */
export async function sluiceImport(context: Undoing, args: readonly string[], into?: string): Promise<ImportRun> {
	const out = into ?? join(await temporaryFolder(context), "out");
	const printed = { stdout: "", stderr: "" };
	const streams = {
		stdout: { write: (text: string) => (printed.stdout += text) },
		stderr: { write: (text: string) => (printed.stderr += text) },
	};
	const program = new Command("sluice").exitOverride();
	addImportCommand(program, streams);
	await program.parseAsync(["import", "opa-envoy", ...args, "--out", out], { from: "user" });
	const status = Number(process.exitCode ?? 0);
	process.exitCode = undefined;
	return { out, ...printed, status };
}
