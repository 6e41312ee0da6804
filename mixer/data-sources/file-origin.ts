import { watch } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { MixerError } from "../error.ts";
import type { DataSourceEnv } from "./data-source.ts";
import type { Fetched, Origin } from "./origin.ts";

/** A file, told by its content: a date says nothing where file systems are far away. */
export class FileOrigin implements Origin {
	readonly isLocal = true;
	readonly shown: string;
	readonly #path: string;
	readonly #env: DataSourceEnv;

	/** @param file relative to the configuration's folder. */
	constructor(file: string, env: DataSourceEnv) {
		this.shown = file;
		this.#path = resolve(env.dir, file);
		this.#env = env;
	}

	async fetch(_tag: string | undefined, signal: AbortSignal): Promise<Fetched> {
		const { maxBytes } = this.#env;
		try {
			const file = await open(this.#path);
			try {
				const stats = await file.stat();
				if (!stats.isFile()) throw new MixerError("invalid", `${this.shown}: is no file`);
				if (stats.size > maxBytes) throw tooLarge(this.shown, maxBytes);
				const bytes = await file.readFile({ signal });
				if (bytes.length > maxBytes) throw tooLarge(this.shown, maxBytes);
				return { bytes };
			} finally {
				await file.close();
			}
		} catch (error) {
			if (error instanceof MixerError) throw error;
			const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
			const why = code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`;
			throw new MixerError("unavailable", `${this.shown}: ${why}`, { cause: error });
		}
	}

	/** By its folder: editors and volumes put another file in its place. */
	watch(onChange: () => void): () => void {
		try {
			const name = basename(this.#path);
			const watcher = watch(dirname(this.#path), (_, changed) => {
				// A volume's files are links that are swapped under another name.
				if (changed === null || changed === name || changed.startsWith("..")) onChange();
			});
			watcher.on("error", () => watcher.close());
			return () => watcher.close();
		} catch {
			// Looked at with every refresh all the same.
			return () => {};
		}
	}
}

function tooLarge(shown: string, maxBytes: number): MixerError {
	return new MixerError("invalid", `${shown}: is over ${maxBytes} bytes (spec.maxBytes)`);
}
