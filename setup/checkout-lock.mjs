import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const pollMs = 100;

/**
 * Takes the lock of a checkout, so that `npm start` in one terminal and `npm test` in another do not install and
 * generate into the same folders at once. A holder that has died, however it died, holds nothing.
 *
 * @param {string} file
 * @param {(pid: number) => void} onWait called once if another process holds it
 * @returns {Promise<() => void>} gives the lock back; it is also given back when this process exits
 */
export async function takeLock(file, onWait) {
	mkdirSync(dirname(file), { recursive: true });
	let told = false;
	while (!tryTake(file)) {
		const holder = readHolder(file);
		if (holder === undefined) continue;
		if (!told) onWait(holder);
		told = true;
		await delay(pollMs);
	}
	const giveBack = () => rmSync(file, { force: true });
	process.once("exit", giveBack);
	return () => {
		process.off("exit", giveBack);
		giveBack();
	};
}

function tryTake(/** @type {string} */ file) {
	// Linked into place, so that the file never exists without its content.
	const own = `${file}.${process.pid}`;
	writeFileSync(own, identity(process.pid));
	try {
		linkSync(own, file);
		return true;
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
		throw error;
	} finally {
		rmSync(own, { force: true });
	}
}

/** The living process that holds the lock. A dead one's lock is removed. */
function readHolder(/** @type {string} */ file) {
	const held = readIfThere(file);
	if (held === undefined) return undefined;
	const pid = Number.parseInt(held, 10);
	if (held === identity(pid)) return pid;
	// Moved away rather than removed: another set-up may have done the same since, and hold the lock already.
	const moved = `${file}.${process.pid}`;
	try {
		renameSync(file, moved);
	} catch {
		return undefined;
	}
	if (readIfThere(moved) === held) rmSync(moved, { force: true });
	else renameSync(moved, file);
	return undefined;
}

/** A process and when it started (field 22 of /proc/PID/stat), since process numbers come round again. */
function identity(/** @type {number} */ pid) {
	const stat = readIfThere(`/proc/${pid}/stat`);
	return stat === undefined ? "" : `${pid} ${stat.slice(stat.lastIndexOf(")")).split(" ")[20]}`;
}

function readIfThere(/** @type {string} */ file) {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return undefined;
	}
}
