import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A fenced block of a page. */
export interface GuideBlock {
	/** Such as yaml, console. */
	readonly language: string;
	/** What stands behind the language: the file that it is, or what it is for. */
	readonly name: string;
	readonly text: string;
}

/** A command as a reader would type it, and what the page says that it prints. */
export interface GuideCommand {
	readonly command: string;
	readonly output: string;
}

/** The fenced blocks of a page of docs/, in order. */
export async function guideBlocks(file: string): Promise<GuideBlock[]> {
	const page = await readFile(file, "utf8");
	return [...page.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(
		([, language = "", name = "", text = ""]) => ({
			language,
			name,
			text,
		}),
	);
}

/** The commands of a console block. */
export function guideCommands({ text }: GuideBlock): GuideCommand[] {
	return text
		.split(/^\$ /m)
		.slice(1)
		.map((part) => {
			const end = part.indexOf("\n");
			return { command: part.slice(0, end), output: part.slice(end + 1) };
		});
}

/** Writes the blocks that are files into a folder. */
export async function writeGuideFiles(dir: string, blocks: readonly GuideBlock[]): Promise<void> {
	for (const { name, text } of blocks.filter((block) => /\.(yaml|rego)$/.test(block.name))) {
		await mkdir(dirname(join(dir, name)), { recursive: true });
		await writeFile(join(dir, name), text);
	}
}

/** Runs a command in a folder; what it prints, on both streams. Fails where it does. */
export function runGuideCommand(command: string, dir: string, path: string): Promise<string> {
	// Nothing on this machine is asked through a proxy.
	const env = { ...process.env, PATH: `${path}:${process.env.PATH ?? ""}`, no_proxy: "*" };
	return new Promise((resolve, reject) => {
		execFile("bash", ["-c", `set -o pipefail; ${command} 2>&1`], { cwd: dir, env }, (error, stdout) => {
			if (error === null) resolve(stdout);
			else reject(new Error(`${command}: ${error.message}\n${stdout}`));
		});
	});
}
