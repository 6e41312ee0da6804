import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { isModulePath, isPackageName, packageFile } from "../../../galley/find-module.ts";
import { MixerError } from "../../error.ts";

/**
 * The file that a Handler's `spec.adapter` means where it is no word of ours: a path, which begins with `./`, `../` or
 * `/`, relative to the configuration's folder; else an npm package, as Node finds it from that folder, then from here.
 *
 * @returns its absolute path.
 * @throws MixerError "invalid", whose message goes on behind the reference.
 */
export async function adapterFile(reference: string, dir: string): Promise<string> {
	if (isModulePath(reference)) return existing(resolve(dir, reference));
	if (!isPackageName(reference)) {
		throw invalid(
			"is neither an adapter that comes with sluice, nor a path such as ./adapter.ts, nor a package's name",
		);
	}
	const fromFolder = packageFile(reference, dir);
	if (typeof fromFolder === "string") return fromFolder;
	const fromHere = packageFile(reference, import.meta.dirname);
	if (typeof fromHere === "string") return fromHere;
	const file = resolve(dir, reference);
	if (await isFile(file)) throw invalid(`is a path only with ./ before it: ./${reference}`);
	const { code, message } = fromFolder;
	if (code !== "ERR_MODULE_NOT_FOUND") throw invalid(`cannot be loaded: ${message}`);
	throw invalid(
		`is neither an adapter that comes with sluice nor an npm package that is installed for ${resolve(dir)}: a path begins with ./`,
	);
}

async function existing(file: string): Promise<string> {
	const found = await stat(file).catch(() => undefined);
	if (found === undefined) throw invalid(`is not there: there is no file ${file}`);
	if (!found.isFile()) throw invalid(`is not a file: name the file that exports the adapter, in ${file}`);
	return file;
}

function isFile(file: string): Promise<boolean> {
	return stat(file).then(
		(found) => found.isFile(),
		() => false,
	);
}

function invalid(text: string): MixerError {
	return new MixerError("invalid", text);
}
