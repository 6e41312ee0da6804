import { access, constants, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { MixerError } from "../../../mixer/error.ts";
import { writeWholeFile } from "../../../mixer/policy/whole-file.ts";
import type { MixerSnapshot } from "../../live-mixer.ts";
import { makeAdminToken, readAdminToken } from "./admin-token.ts";
import { readKeptConfiguration, writeKeptConfiguration } from "./kept-configuration.ts";
import { KeptRevisions } from "./kept-revisions.ts";
import { readServerRecord, removeServerRecord, type ServerRecord, writeServerRecord } from "./server-record.ts";

/** What a server leaves behind for the next one, and for people's commands. Its layout is in docs/revisions.md. */
export class StateFolder {
	readonly dir: string;
	readonly revisions: KeptRevisions;

	private constructor(dir: string) {
		this.dir = dir;
		this.revisions = new KeptRevisions({ dir: join(dir, "revisions") });
	}

	/**
	 * Opens a server's folder, made if missing.
	 *
	 * @throws MixerError "invalid" where it can't be written.
	 */
	static async open(dir: string): Promise<StateFolder> {
		const path = resolve(dir);
		try {
			await mkdir(join(path, "revisions"), { recursive: true });
			// Found out now, not when the first revision is to be kept.
			await access(path, constants.W_OK | constants.X_OK);
		} catch (cause) {
			const text = `the state folder ${path} cannot be written: ${MixerError.from(cause).message}`;
			throw new MixerError("invalid", `${text}: name another with --state`, { cause });
		}
		return new StateFolder(path);
	}

	/** The folder of a server that may run or not, to be read. */
	static at(dir: string): StateFolder {
		return new StateFolder(resolve(dir));
	}

	/** Writes what Envoys take by path_config_source, of the last revision: texts by file name. */
	async writeFilters(files: Readonly<Record<string, string>>): Promise<void> {
		for (const [name, text] of Object.entries(files)) {
			await writeWholeFile(join(this.dir, name), text, { isDurable: true });
		}
	}

	writeConfiguration(snapshot: MixerSnapshot): Promise<void> {
		return writeKeptConfiguration(join(this.dir, "configuration.json"), snapshot);
	}

	/** See readKeptConfiguration. */
	readConfiguration(): Promise<MixerSnapshot> {
		return readKeptConfiguration(join(this.dir, "configuration.json"));
	}

	/** See makeAdminToken. */
	makeToken(): Promise<string> {
		return makeAdminToken(join(this.dir, "token"));
	}

	/** See readAdminToken. */
	readToken(): Promise<string> {
		return readAdminToken(join(this.dir, "token"));
	}

	writeServer(record: Omit<ServerRecord, "version">): Promise<void> {
		return writeServerRecord(join(this.dir, "server.json"), record);
	}

	removeServer(pid: number): Promise<void> {
		return removeServerRecord(join(this.dir, "server.json"), pid);
	}

	/** See readServerRecord. */
	readServer(): Promise<ServerRecord> {
		return readServerRecord(join(this.dir, "server.json"));
	}
}
