import { hash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { link, readFile, rm, stat, writeFile } from "node:fs/promises";
import { MixerError } from "../../../mixer/error.ts";

/** Bits enough that nobody guesses it. */
const TOKEN_BYTES = 32;

const TOKEN = /^[\w-]{43}$/;

/**
 * The word that lets its owner change what is served: made once, then read, by all servers that share the file. Only the
 * user who runs them can read it.
 *
 * @throws MixerError "invalid" where others can read the file or it holds something else: it is of no use then.
 */
export async function makeAdminToken(file: string): Promise<string> {
	const temporary = `${file}.${randomUUID()}.tmp`;
	try {
		await writeFile(temporary, `${randomBytes(TOKEN_BYTES).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
		// Unlike a rename, it leaves the file of another server that was quicker.
		await link(temporary, file);
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
	} finally {
		await rm(temporary, { force: true });
	}
	return readAdminToken(file);
}

/**
 * Reads the word.
 *
 * @throws MixerError "invalid", naming the file and never what is in it.
 */
export async function readAdminToken(file: string): Promise<string> {
	const { mode } = await stat(file).catch((cause: unknown) => {
		const text = `${file}: there is no token, or it is not yours: only the user who runs the server has it`;
		throw new MixerError("invalid", text, { cause });
	});
	if ((mode & 0o077) !== 0) {
		const shown = (mode & 0o777).toString(8).padStart(4, "0");
		throw new MixerError("invalid", `${file}: mode ${shown} must be 0600: delete the file, a server makes a new one`);
	}
	const token = (await readFile(file, "utf8")).trim();
	if (TOKEN.test(token)) return token;
	throw new MixerError("invalid", `${file} holds no token: delete it, a server makes a new one`);
}

/** Whether an Authorization header carries the word, in a time that tells nothing of it. */
export function isAuthorized(header: string | undefined, token: string): boolean {
	const digest = (text: string) => hash("sha256", text, "buffer");
	return timingSafeEqual(digest(header ?? ""), digest(`Bearer ${token}`));
}
