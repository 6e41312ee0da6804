import { CitadelError } from "./error.ts";
import { digestOf, type KeyFiles, readKeyFiles } from "./key-files.ts";
import { checkKeyMaterial, type KeyMaterial } from "./key-material.ts";
import { RotatingServerCredentials } from "./server-credentials.ts";

/** How often the files are read, in milliseconds: three small files; a rotation is in force before anybody looks. */
const LOOK_EVERY_MS = 1000;

/** Time as it is handed in. */
export interface RotationClock {
	now(): number;
	after(delayMs: number, run: () => void): () => void;
}

export interface KeyRotationOptions {
	readonly files: KeyFiles;
	readonly clock: RotationClock;
	/** Other files are in force: for the next handshake. */
	readonly onUsed: (material: KeyMaterial) => void;
	/** The files were changed to what cannot be used; what was in force stays. Told once for each such change. */
	readonly onRefused: (fault: string) => void;
}

/**
 * Keeps a server's credentials as its files are. They are read again and again rather than watched: mounted secrets
 * change by a link somewhere above them. Files are replaced one by one, so only what stays wrong for two looks is wrong.
 */
export class KeyRotation {
	readonly credentials: RotatingServerCredentials;
	readonly #options: KeyRotationOptions;
	#material: KeyMaterial;
	/** What was seen last, and what became of it. Refused files are tried again: their time may be still to come. */
	#seen: { readonly state: string; readonly is: "used" | "doubtful" | "refused" };
	#cancel: () => void = () => {};
	#isStopped = false;

	private constructor(options: KeyRotationOptions, first: { material: KeyMaterial; state: string }) {
		this.#options = options;
		this.#material = first.material;
		this.#seen = { state: first.state, is: "used" };
		this.credentials = new RotatingServerCredentials(first.material);
		this.#wait();
	}

	/** @throws CitadelError, naming field and file, where they can't be used. */
	static async start(options: KeyRotationOptions): Promise<KeyRotation> {
		const texts = await readKeyFiles(options.files);
		const material = checkKeyMaterial(texts, options.files, options.clock.now());
		return new KeyRotation(options, { material, state: digestOf(texts) });
	}

	/** What is in force. */
	get material(): KeyMaterial {
		return this.#material;
	}

	/** Looks at the files no more. */
	stop(): void {
		this.#isStopped = true;
		this.#cancel();
	}

	#wait(): void {
		if (this.#isStopped) return;
		this.#cancel = this.#options.clock.after(LOOK_EVERY_MS, () => void this.#look().then(() => this.#wait()));
	}

	async #look(): Promise<void> {
		const { files, clock } = this.#options;
		let state = "";
		try {
			const texts = await readKeyFiles(files);
			state = digestOf(texts);
			if (this.#seen.state === state && this.#seen.is === "used") return;
			this.#use(checkKeyMaterial(texts, files, clock.now()), state);
		} catch (error) {
			this.#refuse(error, state);
		}
	}

	#use(material: KeyMaterial, state: string): void {
		if (this.#isStopped) return;
		this.#seen = { state, is: "used" };
		this.#material = material;
		this.credentials.replace(material);
		this.#options.onUsed(material);
	}

	#refuse(error: unknown, content: string): void {
		const fault = error instanceof CitadelError ? error.message : `the files of spec.tls: ${String(error)}`;
		const state = content === "" ? fault : content;
		const { state: before, is } = this.#seen;
		if (before === state && is === "refused") return;
		const isSettled = before === state && is === "doubtful";
		this.#seen = { state, is: isSettled ? "refused" : "doubtful" };
		if (!isSettled || this.#isStopped) return;
		this.#options.onRefused(fault);
	}
}
